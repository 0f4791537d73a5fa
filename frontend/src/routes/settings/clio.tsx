import { Alert, Stack } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Card } from '@/components/card';
import { LinkText } from '@/components/links';
import { QueryView } from '@/components/query-view';
import { OwnerOnly } from '@/components/role-note';
import { CallbackError } from '@/features/clio/callback-error';
import { ConnectionFacts } from '@/features/clio/connection-facts';
import { DisconnectClio } from '@/features/clio/disconnect';
import { LogSwitch } from '@/features/clio/log-switch';
import { clioQuery } from '@/features/clio/queries';
import { RegionPicker } from '@/features/clio/region-picker';
import { StrategyChoice } from '@/features/clio/strategy-choice';
import { useMay } from '@/lib/session';

const route = getRouteApi('/staff/shell/settings/clio');

export default function ClioSettings() {
  const { connected, ...refusal } = route.useSearch();
  const mayChange = useMay('own');
  const connection = useQuery(clioQuery);
  return (
    <Stack>
      <CallbackError refusal={refusal} connection={connection.data} mayConnect={mayChange} />
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
            <Card title="Reminders in Clio" about="So that everybody on the matter sees what the client was sent.">
              <LogSwitch connection={data} disabled={!mayChange} />
            </Card>
          </>
        )}
      </QueryView>
      <Card title="Sync" about="Approved bills sync every 15 minutes.">
        <LinkText to="/settings/sync">See how reading from Clio goes</LinkText>
      </Card>
    </Stack>
  );
}
