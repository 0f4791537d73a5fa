import { Text, ThemeIcon, Timeline } from '@mantine/core';
import {
  IconAlertTriangle, IconArrowBackUp, IconCircleCheck, IconClock, IconCreditCard, IconMail, IconNote, IconTransfer,
} from '@tabler/icons-react';
import type { PaymentDetail } from '@/api/types';
import { useDates } from '@/lib/today';

const LOOKS: Record<string, [typeof IconNote, string]> = {
  checkout_opened: [IconCreditCard, 'gray'],
  payment_processing: [IconClock, 'amber'],
  payment_settled: [IconCreditCard, 'green'],
  payment_failed: [IconAlertTriangle, 'red'],
  payment_refunded: [IconArrowBackUp, 'amber'],
  payment_disputed: [IconAlertTriangle, 'red'],
  payment_assigned: [IconTransfer, 'petrol'],
  payment_unassigned: [IconTransfer, 'gray'],
  payment_voided: [IconArrowBackUp, 'gray'],
  recorded_in_clio: [IconCircleCheck, 'green'],
  confirmed_in_clio: [IconCircleCheck, 'green'],
  thank_you_sent: [IconMail, 'green'],
  payment_failed_mail_sent: [IconMail, 'petrol'],
};

/** What happened to a payment, the oldest first, and who did it. */
export function PaymentStory({ story }: { story: PaymentDetail['story'] }) {
  const { instant } = useDates();
  if (story.length === 0) return <Text c="dimmed">Nothing is written down about it.</Text>;
  return (
    <Timeline bulletSize={26} lineWidth={1} active={-1}>
      {story.map((entry, place) => {
        const [Icon, color] = LOOKS[entry.kind] ?? [IconNote, 'gray'];
        return (
          <Timeline.Item
            key={`${entry.at} ${String(place)}`}
            title={<Text fw={550}>{entry.title}</Text>}
            bullet={
              <ThemeIcon size={26} radius="xl" variant="light" color={color} aria-hidden>
                <Icon size={14} stroke={1.8} />
              </ThemeIcon>
            }
          >
            {entry.detail ? <Text size="sm">{entry.detail}</Text> : null}
            <Text size="xs" c="dimmed">
              {instant(entry.at)}
              {entry.actor ? ` · ${entry.actor}` : ''}
            </Text>
          </Timeline.Item>
        );
      })}
    </Timeline>
  );
}
