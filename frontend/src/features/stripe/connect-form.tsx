import { Alert, Button, Checkbox, Code, Group, List, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAlertTriangle } from '@tabler/icons-react';
import { FormError, fieldErrors } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { PermissionList } from './permission-list';
import { permissionsOf, useConnectStripe } from './queries';

export function TrustWarning() {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="Never pay out into a trust (IOLTA) account">
      Stripe takes its fees from what it pays out, and a chargeback takes the money back. Both would touch other clients'
      money. The bank account for payouts of this Stripe account must be the firm's operating account.
    </Alert>
  );
}

function Instructions() {
  return (
    <List type="ordered" spacing={6} size="sm">
      <List.Item>In Stripe's dashboard open Developers → API keys and choose “Create restricted key”.</List.Item>
      <List.Item>
        Give it <b>Write</b> for Checkout Sessions, Charges and Refunds, and Webhook Endpoints, <b>Read</b> for Payment
        Intents, Disputes, Events and Accounts; leave the rest at None. Each is tried out before the key is stored.
      </List.Item>
      <List.Item>
        Copy the key here. It begins with <Code>rk_</Code>. It is stored encrypted and never shown again.
      </List.Item>
    </List>
  );
}

interface Props {
  /** A new key for the account that is connected already. */
  isReplacing?: boolean;
  onDone?: () => void;
}

export function StripeConnectForm({ isReplacing = false, onDone }: Props) {
  const connect = useConnectStripe();
  const form = useForm({ initialValues: { api_key: '', webhook_secret: '', pays_operating_account: false } });
  const lacking = permissionsOf(connect.error);
  const submit = form.onSubmit(({ api_key, webhook_secret, pays_operating_account }) => {
    connect.mutate(
      {
        api_key: api_key.trim(),
        pays_operating_account,
        ...(webhook_secret.trim() ? { webhook_secret: webhook_secret.trim() } : {}),
      },
      {
        onSuccess: ({ account_name }) => {
          if (isReplacing) notifyDone('The old one is not used any more; it can be deleted in Stripe.', 'The key was replaced');
          else notifyDone(`Every e-mail now carries a payment link.`, `Connected to ${account_name ?? 'Stripe'}`);
          onDone?.();
        },
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    );
  });
  return (
    <form onSubmit={submit}>
      <Stack maw={600}>
        <Instructions />
        <FormError error={connect.error} />
        {lacking.length > 0 ? <PermissionList permissions={lacking} /> : null}
        <PasswordInput
          label="Restricted key"
          placeholder="rk_live_…"
          required
          autoComplete="off"
          {...form.getInputProps('api_key')}
        />
        <PasswordInput
          label="Webhook signing secret"
          description="Only if you have made the webhook endpoint in Stripe yourself. Otherwise leave it empty: Invoice Tracker makes it."
          placeholder="whsec_…"
          autoComplete="off"
          {...form.getInputProps('webhook_secret')}
        />
        {isReplacing ? null : (
          <>
            <Checkbox
              label="This Stripe account pays out to the firm’s operating account, never to a trust (IOLTA) account"
              {...form.getInputProps('pays_operating_account', { type: 'checkbox' })}
            />
            <Text size="sm" c="dimmed">
              From then on every e-mail carries a payment link. Payments stop the e-mails, whoever receives them.
            </Text>
          </>
        )}
        <Group>
          <Button type="submit" loading={connect.isPending}>
            {isReplacing ? 'Replace the key' : 'Connect to Stripe'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
