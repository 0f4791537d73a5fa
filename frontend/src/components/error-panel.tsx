import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { errorText, isUnreachable } from '@/api/problem';

interface Props {
  error: unknown;
  onRetry?: () => void;
}

/** An error in place of what could not be read, in the API's own words. */
export function ErrorPanel({ error, onRetry }: Props) {
  const away = isUnreachable(error);
  return (
    <Alert
      color={away ? 'amber' : 'red'}
      role="alert"
      title={away ? 'No answer from Invoice Tracker' : 'This could not be shown'}
      icon={away ? <IconPlugConnectedX aria-hidden /> : <IconAlertTriangle aria-hidden />}
    >
      <Stack gap="sm" align="flex-start">
        <Text>{errorText(error)}</Text>
        {onRetry ? (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
      </Stack>
    </Alert>
  );
}
