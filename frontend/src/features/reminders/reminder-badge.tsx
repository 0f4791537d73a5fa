import { Badge } from '@mantine/core';
import type { Reminder } from '@/api/types';

const STATES: Record<Reminder['state'], [string, string]> = {
  queued: ['Waiting to leave', 'petrol'],
  sending: ['Being sent', 'petrol'],
  sent: ['Sent', 'green'],
  skipped: ['Skipped', 'gray'],
  failed: ['Failed', 'red'],
  uncertain: ['Uncertain', 'amber'],
  cancelled: ['Cancelled', 'gray'],
  approved: ['Approved', 'petrol'],
  awaiting_approval: ['Awaiting approval', 'amber'],
  to_call: ['To call', 'amber'],
  called: ['Called', 'green'],
};

export function ReminderBadge({ state }: { state: Reminder['state'] }) {
  const [text, color] = STATES[state];
  return <Badge color={color}>{text}</Badge>;
}
