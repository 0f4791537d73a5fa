import { Badge, Group, Stack, Text } from '@mantine/core';
import type { PaymentRefund } from '@/api/types';
import { MoneyText } from '@/components/money-text';
import { useDates } from '@/lib/today';

const STATES: Record<PaymentRefund['state'], [string, string]> = {
  asked: ['Asked for', 'amber'],
  under_way: ['Under way', 'amber'],
  succeeded: ['Given back', 'green'],
  failed: ['Came back', 'red'],
  refused: ['Refused', 'red'],
};

/** Money given back, or on its way: how far it is and who asked. */
export function RefundList({ refunds }: { refunds: readonly PaymentRefund[] }) {
  const { instant } = useDates();
  return (
    <Stack component="ul" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
      {refunds.map((refund) => {
        const [text, color] = STATES[refund.state];
        return (
          <li key={refund.id}>
            <Group gap="xs">
              <Text fw={600}>
                <MoneyText money={refund.amount} />
              </Text>
              <Badge color={color}>{text}</Badge>
              {refund.of_whole_payment ? <Text size="sm">of the whole payment</Text> : null}
            </Group>
            {refund.reason ? <Text size="sm">{refund.reason}</Text> : null}
            {refund.problem ? <Text size="sm">{refund.problem}</Text> : null}
            <Text size="xs" c="dimmed">
              {refund.asked_by ? `Asked for by ${refund.asked_by}` : 'Given in Stripe'}, {instant(refund.asked_at)}
            </Text>
          </li>
        );
      })}
    </Stack>
  );
}
