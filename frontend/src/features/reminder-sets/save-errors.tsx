import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { errorText, isApiError } from '@/api/problem';

interface Props {
  error: unknown;
  /** A newer version is known of before anybody tried to save. */
  isOutdated: boolean;
  isSaving: boolean;
  onLoadNewer: () => void;
  onSaveOver: () => void;
}

function Newer({ text, isSaving, onLoadNewer, onSaveOver }: Omit<Props, 'error' | 'isOutdated'> & { text: string }) {
  return (
    <Alert color="amber" role="alert" title="Someone else has saved a newer version">
      <Stack gap="sm" align="flex-start">
        <Text>{text}</Text>
        <Group gap="xs">
          <Button size="xs" variant="default" disabled={isSaving} onClick={onLoadNewer}>
            Load the newer version
          </Button>
          <Button size="xs" variant="default" loading={isSaving} onClick={onSaveOver}>
            Save mine as the newest
          </Button>
        </Group>
        <Text size="sm">
          The newer version replaces what you have written here. Saving yours leaves theirs as an earlier version.
        </Text>
      </Stack>
    </Alert>
  );
}

/** Why a set could not be saved, or could not be if one tried. */
export function SaveErrors({ error, isOutdated, ...rest }: Props) {
  if (isApiError(error, 'reminder_set_changed')) return <Newer text={errorText(error)} {...rest} />;
  if (isOutdated) return <Newer text="It was saved while you were writing. Yours is not saved yet." {...rest} />;
  if (!error) return null;
  const fields = isApiError(error) ? [...new Set(Object.values(error.fields))] : [];
  return (
    <Alert color="red" role="alert" title="The reminder set is not saved">
      <Stack gap="sm" align="flex-start">
        <Text>{errorText(error)}</Text>
        {fields.length > 1 ? (
          <List size="sm">
            {fields.map((message) => (
              <List.Item key={message}>{message}</List.Item>
            ))}
          </List>
        ) : null}
      </Stack>
    </Alert>
  );
}
