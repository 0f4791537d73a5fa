import { Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';
import { OwnerOnly } from '@/components/role-note';
import { PayPageRulesForm, payPageRulesQuery } from '@/features/payments/pay-page-rules';
import { StripeConnectForm, TrustWarning } from '@/features/stripe/connect-form';
import { DisconnectStripe, ModeBadge, StripeFacts } from '@/features/stripe/connection-facts';
import { KeyCare } from '@/features/stripe/key-care';
import { stripeQuery } from '@/features/stripe/queries';
import { useMay } from '@/lib/session';

export default function StripeSettings() {
  const mayChange = useMay('own');
  const rules = useQuery(payPageRulesQuery);
  return (
    <QueryView query={useQuery(stripeQuery)}>
      {(connection) => (
        <Stack>
          {mayChange ? null : <OwnerOnly />}
          {connection.state === 'connected' && connection.payout_confirmed_at ? null : <TrustWarning />}
          <Card
            title="Connect to Stripe"
            aside={
              <Group gap="xs">
                <ModeBadge livemode={connection.livemode} />
                {mayChange && connection.state === 'connected' ? <DisconnectStripe /> : null}
              </Group>
            }
          >
            <Stack>
              <StripeFacts connection={connection} />
              {mayChange && connection.state !== 'connected' ? <StripeConnectForm /> : null}
            </Stack>
          </Card>
          {connection.state === 'connected' ? <KeyCare connection={connection} mayChange={mayChange} /> : null}
          <Card title="Pay page" about="What clients find behind the link in each e-mail.">
            <QueryView query={rules}>{(found) => <PayPageRulesForm rules={found} disabled={!mayChange} />}</QueryView>
          </Card>
        </Stack>
      )}
    </QueryView>
  );
}
