import type { components } from '@/api/schema.gen';

export type HoldKind = components['schemas']['HoldKind'];
type AgeBucket = components['schemas']['AgeBucket'];
type Matching = components['schemas']['Matching'];
export type InvoiceQuery = { [Key in keyof Omit<Matching, 'section' | 'at_least' | 'at_most'>]?: NonNullable<Matching[Key]> } & {
  at_least?: string;
  at_most?: string;
};

/** The columns of the ageing report. */
export const AGES = ['not_due', 'days_1_30', 'days_31_60', 'days_61_90', 'days_91_plus'] as const satisfies readonly AgeBucket[];
export const AGE_NAMES: Record<AgeBucket, string> = {
  not_due: 'Not overdue',
  days_1_30: '1–30 days overdue',
  days_31_60: '31–60 days overdue',
  days_61_90: '61–90 days overdue',
  days_91_plus: '91 days or more overdue',
};
const AGE_DAYS: Record<AgeBucket, Pick<InvoiceQuery, 'overdue_from' | 'overdue_to'>> = {
  not_due: { overdue_to: 0 },
  days_1_30: { overdue_from: 1, overdue_to: 30 },
  days_31_60: { overdue_from: 31, overdue_to: 60 },
  days_61_90: { overdue_from: 61, overdue_to: 90 },
  days_91_plus: { overdue_from: 91 },
};

/** Reasons of a hold that staff look for. */
export const HOLDS = [
  'paused', 'promise', 'dispute', 'payment_processing', 'refund_or_chargeback', 'no_address', 'bounced',
  'client_paid', 'plan_wanted', 'wrong_person', 'other_sender', 'set_archived', 'clio_disconnected',
] as const satisfies readonly HoldKind[];
export const HOLD_NAMES: Record<(typeof HOLDS)[number], string> = {
  paused: 'Paused',
  promise: 'Promise to pay',
  dispute: 'Dispute',
  payment_processing: 'Payment under way',
  refund_or_chargeback: 'Refund or chargeback',
  no_address: 'No e-mail address',
  bounced: 'Mail came back',
  client_paid: 'Client says it is paid',
  plan_wanted: 'Client wants a plan',
  wrong_person: 'Not this person',
  other_sender: 'Clio reminds already',
  set_archived: 'Set is archived',
  clio_disconnected: 'Clio not connected',
};

/** Which invoices are shown, as it stands in the page's address. Amounts are decimal texts, "1234.50". */
export interface InvoiceFilters {
  q?: string;
  client?: string;
  matter?: string;
  attorney?: string;
  currency?: string;
  age?: AgeBucket;
  min?: string;
  max?: string;
  set?: string;
  hold?: (typeof HOLDS)[number];
}

/** The same as the API names it, without what is not asked. */
export function queryOf(filters: InvoiceFilters): InvoiceQuery {
  const { q, client, matter, attorney, currency, age, min, max, set, hold } = filters;
  return {
    ...(q ? { q } : {}),
    ...(client ? { client_id: client } : {}),
    ...(matter ? { matter_id: matter } : {}),
    ...(attorney ? { attorney } : {}),
    ...(currency ? { currency } : {}),
    ...(age ? AGE_DAYS[age] : {}),
    ...(min ? { at_least: min } : {}),
    ...(max ? { at_most: max } : {}),
    ...(set ? { reminder_set_id: set } : {}),
    ...(hold ? { hold } : {}),
  };
}

/** Where the file of what is shown is. */
export function exportAddress(query: InvoiceQuery & { section: string; sort: string }): string {
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return `/api/v1/invoices/export?${new URLSearchParams(texts).toString()}`;
}
