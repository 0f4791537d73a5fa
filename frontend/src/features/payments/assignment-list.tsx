import { Group, Stack, Text } from '@mantine/core';
import type { PaymentDetail } from '@/api/types';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { useDates } from '@/lib/today';

/** What of a payment was assigned to other invoices, by whom, and whether it was taken back. */
export function AssignmentList({ assignments }: { assignments: PaymentDetail['assigned_to'] }) {
  const { instant } = useDates();
  return (
    <Stack component="ul" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
      {assignments.map((assignment) => (
        <li key={assignment.payment_id}>
          <Group gap="xs">
            <LinkText to="/payments/$paymentId" params={{ paymentId: assignment.payment_id }} fw={600}>
              <MoneyText money={assignment.amount} />
            </LinkText>
            <Text>to invoice {assignment.invoice?.number ?? '–'}</Text>
          </Group>
          <Text size="xs" c="dimmed">
            {assignment.assigned_by ?? 'Unknown'}, {instant(assignment.assigned_at)}
          </Text>
          {assignment.taken_back_at ? (
            <Text size="xs" c="dimmed">
              Taken back by {assignment.taken_back_by ?? 'unknown'}, {instant(assignment.taken_back_at)}
              {assignment.reason ? `: ${assignment.reason}` : ''}
            </Text>
          ) : null}
        </li>
      ))}
    </Stack>
  );
}
