import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { errorText, isApiError } from '@/api/problem';

interface Props {
  error: unknown;
  onLoadNewer: () => void;
}

/** Why a set could not be saved. */
export function SaveErrors({ error, onLoadNewer }: Props) {
  if (!error) return null;
  const isOutdated = isApiError(error, 'reminder_set_changed');
  const fields = isApiError(error) ? [...new Set(Object.values(error.fields))] : [];
  return (
    <Alert
      color={isOutdated ? 'amber' : 'red'}
      role="alert"
      title={isOutdated ? 'Someone else has saved a newer version' : 'The reminder set is not saved'}
    >
      <Stack gap="sm" align="flex-start">
        <Text>{errorText(error)}</Text>
        {fields.length > 1 ? (
          <List size="sm">
            {fields.map((message) => (
              <List.Item key={message}>{message}</List.Item>
            ))}
          </List>
        ) : null}
        {isOutdated ? (
          <>
            <Text>Copy what you want to keep, then load the newer version and put it in there.</Text>
            <Button size="xs" variant="default" onClick={onLoadNewer}>
              Load the newer version
            </Button>
          </>
        ) : null}
      </Stack>
    </Alert>
  );
}
