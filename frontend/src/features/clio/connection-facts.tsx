import { Alert, Badge, Stack, Text } from '@mantine/core';
import type { ClioConnection } from '@/api/types';
import { Facts } from '@/components/facts';
import { useDates } from '@/lib/today';

export const STATES: Record<ClioConnection['state'], [string, string]> = {
  not_connected: ['Not connected', 'gray'],
  connected: ['Connected', 'green'],
  needs_reconnect: ['Needs a new log-in', 'red'],
  disconnected: ['Disconnected', 'gray'],
};

export function ConnectionFacts({ connection }: { connection: ClioConnection }) {
  const { instant } = useDates();
  const [text, color] = STATES[connection.state];
  const region = connection.regions.find(({ key }) => key === connection.region)?.name ?? null;
  return (
    <Stack>
      {connection.state === 'needs_reconnect' ? (
        <Alert color="red" role="alert" title="Clio no longer accepts our access">
          Somebody took the access back in Clio, or the Clio user it belonged to was removed. Bills are not read, and
          reminders wait until you reconnect. Nothing here is lost.
        </Alert>
      ) : connection.error ? (
        <Alert color="red" role="alert">
          {connection.error}
        </Alert>
      ) : null}
      {connection.state === 'disconnected' ? (
        <Text size="sm">Bills are not read, and reminders wait until Clio is connected again.</Text>
      ) : null}
      <Facts
        items={[
          ['State', <Badge key="state" color={color}>{text}</Badge>],
          ['Account', connection.account_name],
          ['Connected by', connection.user_name],
          ['Region', region],
          ['Connected', connection.connected_at && instant(connection.connected_at)],
          ['Last read', connection.last_read_at && instant(connection.last_read_at)],
          ['Next read', connection.next_read_at && instant(connection.next_read_at)],
        ]}
      />
    </Stack>
  );
}
