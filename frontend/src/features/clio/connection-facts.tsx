import { Alert, Badge, Stack } from '@mantine/core';
import type { ClioConnection } from '@/api/types';
import { Facts } from '@/components/facts';
import { useDates } from '@/lib/today';

const STATES: Record<ClioConnection['state'], [string, string]> = {
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
      {connection.error ? (
        <Alert color="red" role="alert">
          {connection.error}
        </Alert>
      ) : null}
      <Facts
        items={[
          ['State', <Badge key="state" color={color}>{text}</Badge>],
          ['Account', connection.account_name],
          ['Connected by', connection.user_name],
          ['Region', region],
          ['Connected', connection.connected_at && instant(connection.connected_at)],
          ['Last read', connection.last_read_at && instant(connection.last_read_at)],
        ]}
      />
    </Stack>
  );
}
