import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { PromiseToPay } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { Lines, QueryView } from '@/components/query-view';
import { formatMoney } from '@/lib/money';
import { useDates } from '@/lib/today';
import { promisesToDoQuery } from './queries';

function Item({ promise }: { promise: PromiseToPay }) {
  const { day } = useDates();
  const isBroken = promise.state === 'broken';
  return (
    <Paper p="md" component="li">
      <Group justify="space-between" gap="md">
        <div style={{ minWidth: 0, flex: '1 1 18rem' }}>
          <Text fw={550}>
            {formatMoney(promise.amount)} by {day(promise.promised_on)}
          </Text>
          <Text size="sm">
            {promise.client?.name ?? 'Unknown client'}
            {', invoice '}
            <LinkText to="/invoices/$invoiceId" params={{ invoiceId: promise.invoice.id }} underline="always">
              {promise.invoice.number}
            </LinkText>
            {` · ${formatMoney(promise.balance)} is still owed`}
          </Text>
          <Text size="xs" c="dimmed">
            {isBroken
              ? `Nothing, or too little, came. ${promise.jump_position ? `Reminders went on with step ${String(promise.jump_position)}.` : 'Reminders went on where they were.'}`
              : 'Due: reminders wait one business day more, because payments are often booked a day later.'}
            {promise.note ? ` · ${promise.note}` : ''}
          </Text>
        </div>
        <Badge color={isBroken ? 'red' : 'amber'}>{isBroken ? 'Broken' : 'Due'}</Badge>
      </Group>
    </Paper>
  );
}

/** Promises whose day has come, and those broken of late. */
export function PromisesToDo() {
  return (
    <QueryView query={useQuery(promisesToDoQuery)} loading={<Lines count={4} height={60} />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title="Nothing to do">
            No promise is due, and none was broken in the last 30 days.
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <Text c="dimmed">Promises whose day has come, and promises broken in the last 30 days.</Text>
            <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
              {items.map((promise) => (
                <Item key={promise.id} promise={promise} />
              ))}
            </Stack>
          </Stack>
        )
      }
    </QueryView>
  );
}
