import { Alert, Badge, Code, Stack } from '@mantine/core';
import type { StripeConnection } from '@/api/types';
import { Facts } from '@/components/facts';
import { TypedConfirmation } from '@/components/typed-confirmation';
import { notifyDone } from '@/lib/notify';
import { useDates } from '@/lib/today';
import { useDisconnectStripe } from './queries';

const STATES: Record<StripeConnection['state'], [string, string]> = {
  not_connected: ['Not connected', 'gray'],
  connected: ['Connected', 'green'],
  needs_reconnect: ['Needs a new key', 'red'],
  disconnected: ['Disconnected', 'gray'],
};

const WEBHOOKS = {
  created: 'Made by Invoice Tracker',
  manual: 'Made by hand',
  missing: 'Missing: payments are noticed by asking Stripe every few minutes',
} as const;

export function ModeBadge({ livemode }: { livemode: boolean | null | undefined }) {
  if (livemode === null || livemode === undefined) return null;
  return <Badge color={livemode ? 'green' : 'amber'}>{livemode ? 'Live' : 'Test mode'}</Badge>;
}

export function StripeFacts({ connection }: { connection: StripeConnection }) {
  const { instant } = useDates();
  const [text, color] = STATES[connection.state];
  const isConnected = connection.state === 'connected' || connection.state === 'needs_reconnect';
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
          ['Account', connection.account_name ?? null],
          ['Account number', connection.account_id ? <Code>{connection.account_id}</Code> : null],
          ['Key', connection.key_hint ? <Code>{connection.key_hint}</Code> : null],
          ['Webhook', isConnected && connection.webhook ? WEBHOOKS[connection.webhook] : null],
          ['Connected', connection.connected_at ? instant(connection.connected_at) : null],
          ['Last event', connection.last_event_at ? instant(connection.last_event_at) : null],
          [
            'Pays out to',
            connection.payout_confirmed_at
              ? `The operating account, as ${connection.payout_confirmed_by ?? 'a person'} said on ${instant(connection.payout_confirmed_at)}`
              : null,
          ],
        ]}
      />
    </Stack>
  );
}

export function DisconnectStripe() {
  const disconnect = useDisconnectStripe();
  return (
    <TypedConfirmation
      label="Disconnect Stripe"
      title="Disconnect Stripe?"
      word="DISCONNECT"
      busy={disconnect.isPending}
      onConfirm={() => disconnect.mutateAsync().then(() => notifyDone('Stripe is disconnected.'))}
    >
      E-mails no longer carry a payment link, and the links already sent say that online payment is closed. Payments made
      so far stay here.
    </TypedConfirmation>
  );
}
