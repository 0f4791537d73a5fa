import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { PaymentAlert } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { Lines, QueryView } from '@/components/query-view';
import { useDates } from '@/lib/today';
import { paymentAlertsQuery } from './queries';

function Item({ alert: { line, first_seen_at } }: { alert: PaymentAlert }) {
  const { instant } = useDates();
  return (
    <Paper p="md" component="li">
      <Group justify="space-between" gap="md">
        <div style={{ minWidth: 0, flex: '1 1 18rem' }}>
          <Text fw={550}>{line.sentence}</Text>
          <Text size="sm">
            {line.client_name ?? 'Unknown client'}
            {line.invoice_id ? (
              <>
                {', invoice '}
                <LinkText to="/invoices/$invoiceId" params={{ invoiceId: line.invoice_id }} underline="always">
                  {line.invoice_numbers}
                </LinkText>
              </>
            ) : null}
          </Text>
          <Text size="sm">{line.advice}</Text>
          <Text size="xs" c="dimmed">
            Since {instant(first_seen_at)} ·{' '}
            <LinkText to="/payments" search={{ tab: 'proof', standing: 'differs' }} underline="always">
              All three sides
            </LinkText>
          </Text>
        </div>
        <Badge color="red">Differs</Badge>
      </Group>
    </Paper>
  );
}

/** Payments on which Stripe, the books and Clio do not agree, and that did not mend by themselves. */
export function PaymentAlertsToDo() {
  return (
    <QueryView query={useQuery(paymentAlertsQuery)} loading={<Lines count={4} height={60} />}>
      {(alerts) =>
        alerts.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title="Nothing to do">
            No payment differs between Stripe, Invoice Tracker and Clio.
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <Text c="dimmed">Payments that differ between Stripe, Invoice Tracker and Clio for longer than is normal.</Text>
            <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
              {alerts.map((alert) => (
                <Item key={alert.id} alert={alert} />
              ))}
            </Stack>
          </Stack>
        )
      }
    </QueryView>
  );
}
