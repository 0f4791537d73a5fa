import { Alert, Stack } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';
import { OwnerOnly } from '@/components/role-note';
import { CallbackError } from '@/features/clio/callback-error';
import { ConnectionFacts } from '@/features/clio/connection-facts';
import { DisconnectClio } from '@/features/clio/disconnect';
import { clioQuery } from '@/features/clio/queries';
import { RegionPicker } from '@/features/clio/region-picker';
import { StrategyChoice } from '@/features/clio/strategy-choice';
import { syncRunsQuery } from '@/features/sync-runs/queries';
import { RunsTable } from '@/features/sync-runs/runs-table';
import { useMay } from '@/lib/session';

const route = getRouteApi('/staff/shell/settings/clio');

export default function ClioSettings() {
  const { connected, error } = route.useSearch();
  const mayChange = useMay('own');
  const connection = useQuery(clioQuery);
  const runs = useQuery(syncRunsQuery(20));
  return (
    <Stack>
      <CallbackError code={error} />
      {connected ? (
        <Alert color="green" icon={<IconCircleCheck aria-hidden />} role="status">
          Clio is connected. Bills are being read.
        </Alert>
      ) : null}
      {mayChange ? null : <OwnerOnly />}
      <QueryView query={connection}>
        {(data) => (
          <>
            <Card title="Connect to Clio" aside={mayChange && data.state === 'connected' ? <DisconnectClio /> : null}>
              <Stack>
                <ConnectionFacts connection={data} />
                {mayChange && data.state !== 'connected' ? (
                  <RegionPicker
                    connection={data}
                    label={data.state === 'needs_reconnect' ? 'Reconnect to Clio' : 'Connect to Clio'}
                  />
                ) : null}
              </Stack>
            </Card>
            <Card title="Recording payments in Clio" about="What happens in Clio when a client pays through Stripe.">
              <StrategyChoice value={data.record_strategy} disabled={!mayChange} />
            </Card>
          </>
        )}
      </QueryView>
      <Card title="Sync runs" about="Approved bills sync every 15 minutes.">
        <QueryView query={runs}>{(items) => <RunsTable runs={items} />}</QueryView>
      </Card>
    </Stack>
  );
}
