import { Badge, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClioConnection } from '@/api/types';
import { Card } from '@/components/card';
import { Facts } from '@/components/facts';
import { LinkText } from '@/components/links';
import { QueryView } from '@/components/query-view';
import { STATES } from '@/features/clio/connection-facts';
import { clioQuery } from '@/features/clio/queries';
import { WebhookTable } from '@/features/clio/webhook-health';
import { DifferencesDrawer } from '@/features/sync-runs/differences-drawer';
import { syncRunsQuery } from '@/features/sync-runs/queries';
import { Resync } from '@/features/sync-runs/resync';
import { RunsTable } from '@/features/sync-runs/runs-table';
import { useMay } from '@/lib/session';
import { useDates } from '@/lib/today';

const RUNS = 50;

function Reading({ connection }: { connection: ClioConnection }) {
  const { instant } = useDates();
  const mayResync = useMay('work');
  const [text, color] = STATES[connection.state];
  const isConnected = connection.state === 'connected';
  return (
    <Card title="Reading from Clio" aside={isConnected && mayResync ? <Resync /> : null}>
      <Facts
        items={[
          ['State', <Badge key="state" color={color}>{text}</Badge>],
          ['Last good read', connection.last_read_at ? instant(connection.last_read_at) : 'Not yet'],
          ['Next read', connection.next_read_at && instant(connection.next_read_at)],
          ['Trouble', connection.error],
        ]}
      />
      {isConnected ? null : <LinkText to="/settings/clio">Connect to Clio</LinkText>}
    </Card>
  );
}

/** How reading from Clio goes: when, how long, what it cost, what it found. */
export default function SyncSettings() {
  const connection = useQuery(clioQuery);
  const runs = useQuery(syncRunsQuery(RUNS));
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Stack>
      <QueryView query={connection}>
        {(data) => (
          <>
            <Reading connection={data} />
            <Card title="Changes told by Clio">
              <WebhookTable webhooks={data.webhooks} />
            </Card>
          </>
        )}
      </QueryView>
      <Card title="Runs" about={`The latest ${String(RUNS)}. Approved bills sync every 15 minutes; each night everything open is compared.`}>
        <QueryView query={runs}>{(items) => <RunsTable runs={items} onDifferences={setShown} />}</QueryView>
      </Card>
      <DifferencesDrawer runId={shown} onClose={() => setShown(null)} />
    </Stack>
  );
}
