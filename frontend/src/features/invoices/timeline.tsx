import { Anchor, Text, ThemeIcon, Timeline as MantineTimeline } from '@mantine/core';
import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCreditCard,
  IconFlag,
  IconMail,
  IconMailX,
  IconNote,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
} from '@tabler/icons-react';
import type { TimelineEntry } from '@/api/types';
import { LinkText } from '@/components/links';
import { useDates } from '@/lib/today';

const LOOKS: Record<string, [Icon, string]> = {
  synced: [IconRefresh, 'gray'],
  changed_in_clio: [IconRefresh, 'gray'],
  collection_started: [IconPlayerPlay, 'petrol'],
  reminder_sent: [IconMail, 'petrol'],
  reminder_skipped: [IconMailX, 'gray'],
  reminder_failed: [IconMailX, 'red'],
  reminder_uncertain: [IconAlertTriangle, 'amber'],
  thank_you_sent: [IconMail, 'green'],
  thank_you_failed: [IconMailX, 'red'],
  thank_you_cancelled: [IconMailX, 'gray'],
  thank_you_uncertain: [IconAlertTriangle, 'amber'],
  hold_set: [IconPlayerPause, 'amber'],
  hold_released: [IconPlayerPlay, 'petrol'],
  promise_kept: [IconCircleCheck, 'green'],
  promise_broken: [IconAlertTriangle, 'red'],
  promise_withdrawn: [IconNote, 'gray'],
  dispute_resolved: [IconPlayerPlay, 'petrol'],
  collection_ended: [IconFlag, 'gray'],
  payment_processing: [IconCreditCard, 'amber'],
  payment_settled: [IconCreditCard, 'green'],
  payment_failed: [IconCreditCard, 'red'],
  payment_refunded: [IconCreditCard, 'amber'],
  payment_disputed: [IconAlertTriangle, 'red'],
  payment_assigned: [IconCreditCard, 'petrol'],
  payment_unassigned: [IconCreditCard, 'gray'],
  payment_voided: [IconCreditCard, 'gray'],
  payment_failed_mail_sent: [IconMail, 'petrol'],
  recorded_in_clio: [IconCircleCheck, 'green'],
  confirmed_in_clio: [IconCircleCheck, 'green'],
  communication_failed: [IconAlertTriangle, 'red'],
  communication_uncertain: [IconAlertTriangle, 'amber'],
};

interface Props {
  entries: readonly TimelineEntry[];
  onOpenMail: (reminderId: string) => void;
}

/** What happened to the invoice, the latest first. */
export function Timeline({ entries, onOpenMail }: Props) {
  const { instant } = useDates();
  if (entries.length === 0) return <Text c="dimmed">Nothing has happened yet.</Text>;
  return (
    <MantineTimeline bulletSize={26} lineWidth={1} active={-1}>
      {entries.map((entry) => {
        const [Icon, color] = LOOKS[entry.kind] ?? [IconNote, 'gray'];
        return (
          <MantineTimeline.Item
            key={entry.id}
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
              {entry.reminder_id ? (
                <>
                  {' · '}
                  <Anchor component="button" type="button" size="xs" onClick={() => onOpenMail(entry.reminder_id ?? '')}>
                    Show the e-mail
                  </Anchor>
                </>
              ) : null}
              {entry.payment_id ? (
                <>
                  {' · '}
                  <LinkText to="/payments/$paymentId" params={{ paymentId: entry.payment_id }} size="xs">
                    Show the payment
                  </LinkText>
                </>
              ) : null}
            </Text>
          </MantineTimeline.Item>
        );
      })}
    </MantineTimeline>
  );
}
