import { Alert, Stack, Switch, Text } from '@mantine/core';
import type { ClioConnection } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useDates } from '@/lib/today';
import { useUpdateClio } from './queries';

interface Props {
  connection: ClioConnection;
  disabled: boolean;
}

/** Whether reminders that were sent are logged in Clio, and how that goes. */
export function LogSwitch({ connection, disabled }: Props) {
  const update = useUpdateClio();
  return (
    <Stack>
      <Switch
        label="Log reminders in Clio"
        description="Each reminder that is sent from then on is added to the communications of its matter, with its subject and text."
        checked={connection.log_reminders}
        disabled={disabled || connection.state === 'not_connected' || update.isPending}
        onChange={(event) => {
          const log_reminders = event.currentTarget.checked;
          update.mutate(
            { log_reminders },
            {
              onSuccess: () =>
                notifyDone(log_reminders ? 'Reminders are logged in Clio from now on.' : 'Reminders are not logged in Clio any more.'),
            },
          );
        }}
      />
      <LogState log={connection.reminder_log} />
    </Stack>
  );
}

function LogState({ log }: { log: ClioConnection['reminder_log'] }) {
  const { instant } = useDates();
  if (log.since === null) {
    return (
      <Text size="sm" c="dimmed">
        Reminders are not logged in Clio.
      </Text>
    );
  }
  return (
    <>
      <Text size="sm">
        Reminders sent since {instant(log.since)} are logged.
        {log.failed + log.uncertain === 0 ? ' None has failed.' : ''}
      </Text>
      {log.failed + log.uncertain > 0 ? (
        <Alert color={log.failed > 0 ? 'red' : 'amber'} role="alert" title={troubles(log)}>
          {log.last_problem}
        </Alert>
      ) : null}
    </>
  );
}

function troubles({ failed, uncertain }: ClioConnection['reminder_log']): string {
  const parts = [
    failed > 0 ? `${failed} could not be logged` : '',
    uncertain > 0 ? `${uncertain} may or may not have been logged` : '',
  ];
  return parts.filter(Boolean).join(', ');
}
