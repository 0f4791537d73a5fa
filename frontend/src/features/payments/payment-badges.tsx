import { Badge } from '@mantine/core';
import type { Payment } from '@/api/types';

export const STATES: Record<Payment['state'], [string, string]> = {
  processing: ['Processing', 'amber'],
  settled: ['Settled', 'green'],
  failed: ['Failed', 'red'],
  partly_refunded: ['Partly refunded', 'amber'],
  refunded: ['Refunded', 'gray'],
  disputed: ['Disputed', 'red'],
  voided: ['Undone', 'gray'],
};

export const RECORDS: Record<Payment['record_state'], [string, string]> = {
  not_needed: ['Not needed', 'gray'],
  waiting: ['Being recorded', 'petrol'],
  queued: ['To record', 'amber'],
  recorded: ['Recorded', 'petrol'],
  confirmed: ['Confirmed', 'green'],
};

export const SOURCES: Record<Payment['source'], string> = {
  stripe: 'Stripe',
  clio: 'Seen in Clio',
  manual: 'By hand',
};

const METHODS: Record<string, string> = {
  card: 'Card',
  us_bank_account: 'Bank debit',
  cheque: 'Cheque',
  transfer: 'Bank transfer',
  cash: 'Cash',
  other: 'Other',
};

/** How it was paid, in words. */
export function methodName(method: string): string {
  return METHODS[method] ?? method.replaceAll('_', ' ');
}

export function StateBadge({ payment }: { payment: Pick<Payment, 'state'> }) {
  const [text, color] = STATES[payment.state];
  return <Badge color={color}>{text}</Badge>;
}

export function RecordBadge({ payment }: { payment: Payment }) {
  const [text, color] = RECORDS[payment.record_state];
  return <Badge color={color}>{text}</Badge>;
}
