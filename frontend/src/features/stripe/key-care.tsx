import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import type { StripeConnection } from '@/api/types';
import { Card } from '@/components/card';
import { notifyDone } from '@/lib/notify';
import { useDates } from '@/lib/today';
import { StripeConnectForm } from './connect-form';
import { PermissionList } from './permission-list';
import { useCheckStripe, useRotateWebhook } from './queries';

function ReplaceKey() {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        Replace the key…
      </Button>
      <Modal opened={isOpen} onClose={close} title="Replace the key" size="lg">
        <StripeConnectForm isReplacing onDone={close} />
      </Modal>
    </>
  );
}

function RotateWebhook() {
  const rotate = useRotateWebhook();
  const ask = () =>
    modals.openConfirmModal({
      title: 'Replace the signing secret?',
      children: (
        <Text size="sm">
          Stripe signs its events with a new secret from now on. Events on their way are still accepted for a day, so none
          is lost.
        </Text>
      ),
      labels: { confirm: 'Replace the secret', cancel: 'Cancel' },
      onConfirm: () => rotate.mutate(undefined, { onSuccess: () => notifyDone('The signing secret was replaced.') }),
    });
  return (
    <Button variant="default" loading={rotate.isPending} onClick={ask}>
      Replace the signing secret…
    </Button>
  );
}

/** What the stored key may do, and the ways to renew what is secret. */
export function KeyCare({ connection, mayChange }: { connection: StripeConnection; mayChange: boolean }) {
  const { instant } = useDates();
  const check = useCheckStripe();
  const permissions = connection.permissions ?? [];
  const lacksRequired = permissions.some((one) => one.is_required && !one.is_granted);
  const checkedAt = connection.permissions_checked_at;
  return (
    <Card
      title="Key and webhook"
      about={checkedAt ? `What the key may do, as tried out on ${instant(checkedAt)}.` : 'What the key may do was not tried out yet.'}
    >
      <Stack>
        {lacksRequired ? (
          <Alert color="red" role="alert">
            Payments cannot be taken while the key lacks a required permission. Please allow it in Stripe, then check again.
          </Alert>
        ) : null}
        <PermissionList permissions={permissions} />
        {mayChange ? (
          <Group gap="xs">
            <Button
              variant="default"
              loading={check.isPending}
              onClick={() => check.mutate(undefined, { onSuccess: () => notifyDone('The key was tried out again.') })}
            >
              Check again
            </Button>
            <ReplaceKey />
            {connection.webhook === 'manual' ? null : <RotateWebhook />}
          </Group>
        ) : null}
      </Stack>
    </Card>
  );
}
