import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Payment } from '@/api/types';
import { LinkButton, LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { useMay } from '@/lib/session';
import { useDates } from '@/lib/today';
import { AssignDialog } from './assign-dialog';

function why(payment: Payment): string {
  if (!payment.invoice) return `Paid in ${payment.amount.currency}, and not of any invoice yet.`;
  if (payment.overpaid) return `More than was owed for invoice ${payment.invoice.number}.`;
  return `Invoice ${payment.invoice.number} is no longer payable in Clio.`;
}

/** Opens the dialog that assigns what matches no open balance. */
export function AssignButton({ payment }: { payment: Payment }) {
  const [opened, setOpened] = useState(false);
  const mayWork = useMay('work');
  if (!payment.unmatched) return null;
  return (
    <>
      <Button disabled={!mayWork} onClick={() => setOpened(true)}>
        Assign to an invoice
      </Button>
      <AssignDialog payment={payment} free={payment.unmatched} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}

function Item({ payment }: { payment: Payment }) {
  const { instant } = useDates();
  if (!payment.unmatched) return null;
  return (
    <Paper p="md" component="li">
      <Group justify="space-between" gap="md">
        <div>
          <Group gap="xs">
            <Text fw={600} size="lg">
              <MoneyText money={payment.unmatched} />
            </Text>
            <Badge color="amber">Unmatched</Badge>
          </Group>
          <Text>{payment.client_name ?? 'Unknown client'}</Text>
          <Text size="sm" c="dimmed" maw={640}>
            {why(payment)} Of a payment of{' '}
            <LinkText to="/payments/$paymentId" params={{ paymentId: payment.id }} inherit underline="always">
              <MoneyText money={payment.amount} />
            </LinkText>
            , {instant(payment.paid_at)}.
          </Text>
        </div>
        <Group gap="xs">
          <LinkButton to="/payments/$paymentId" params={{ paymentId: payment.id }} variant="default">
            {payment.source === 'stripe' ? 'Look, or give back' : 'Look at the payment'}
          </LinkButton>
          <AssignButton payment={payment} />
        </Group>
      </Group>
    </Paper>
  );
}

/** Money that matches no open balance: a person assigns it or gives it back. */
export function UnmatchedList({ payments }: { payments: readonly Payment[] }) {
  return (
    <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
      {payments.map((payment) => (
        <Item key={payment.id} payment={payment} />
      ))}
    </Stack>
  );
}
