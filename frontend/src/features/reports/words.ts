import type { Schemas } from '@/api/types';
import { minorDigits } from '@/lib/money';

export const BUCKETS: Record<Schemas['AgeBucket'], { name: string; color: string }> = {
  not_due: { name: 'Not due', color: 'petrol.5' },
  days_1_30: { name: '1–30 days', color: 'amber.3' },
  days_31_60: { name: '31–60 days', color: 'amber.6' },
  days_61_90: { name: '61–90 days', color: 'red.4' },
  days_91_plus: { name: '91 days or more', color: 'red.7' },
};

export const SOURCE_NAMES = { stripe: 'By Stripe', clio: 'In Clio', manual: 'Noted by hand' } as const;
export const SOURCE_COLORS = { stripe: 'petrol.6', clio: 'petrol.3', manual: 'gray.5' } as const;

export const PROMISE_ENDS = {
  kept: { name: 'Kept', color: 'green.6' },
  broken: { name: 'Broken', color: 'red.6' },
  open: { name: 'Still open', color: 'petrol.4' },
  withdrawn: { name: 'Withdrawn', color: 'gray.5' },
} as const;

type Reason = Schemas['Basis'];

export const WITHOUT_DAY: Partial<Record<Reason, string>> = {
  disputed: 'In dispute',
  later_than_usual: 'Already later than usual',
  no_due_date: 'No due date',
  no_history: 'Too few payments to go by',
};

/** "120 days", "1 day", "12.5 days" */
export function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days.toLocaleString('en-US')} days`;
}

/** How late invoices are paid as a rule: 12 → "12 days after the due day". */
export function latenessText(days: number): string {
  if (days === 0) return 'on the due day';
  return `${daysText(Math.abs(days))} ${days > 0 ? 'after' : 'before'} the due day`;
}

/** A share in whole per cent that never says 0% of something, or 100% of not all. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0%';
  const percent = Math.round((100 * part) / whole);
  if (percent === 0) return '<1%';
  return percent === 100 && part < whole ? '>99%' : `${String(percent)}%`;
}

/** For an axis, where only the size matters: 1234500 cents → "$12K". */
export function roughMoney(currency: string) {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 });
  return (amountMinor: number) => format.format(amountMinor / 10 ** minorDigits(currency));
}
