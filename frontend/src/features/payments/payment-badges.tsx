import { Badge } from '@mantine/core';
import type { Payment } from '@/api/types';

const STATES: Record<Payment['state'], [string, string]> = {
  processing: ['Processing', 'amber'],
  settled: ['Settled', 'green'],
  failed: ['Failed', 'red'],
  partly_refunded: ['Partly refunded', 'amber'],
  refunded: ['Refunded', 'gray'],
  disputed: ['Disputed', 'red'],
  voided: ['Undone', 'gray'],
};

const RECORDS: Record<Payment['record_state'], [string, string]> = {
  not_needed: ['Not needed', 'gray'],
  waiting: ['To record', 'amber'],
  queued: ['Being recorded', 'petrol'],
  recorded: ['Recorded', 'petrol'],
  confirmed: ['Confirmed', 'green'],
};

export const SOURCES: Record<Payment['source'], string> = {
  stripe: 'Stripe',
  clio: 'Seen in Clio',
  manual: 'By hand',
};

export function StateBadge({ payment }: { payment: Pick<Payment, 'state'> }) {
  const [text, color] = STATES[payment.state];
  return <Badge color={color}>{text}</Badge>;
}

export function RecordBadge({ payment }: { payment: Payment }) {
  const [text, color] = RECORDS[payment.record_state];
  return <Badge color={color}>{text}</Badge>;
}
