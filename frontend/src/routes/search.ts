import type { Section, Sort } from '@/api/types';
import { AGES, HOLDS, type InvoiceFilters } from '@/features/invoices/filters';
import {
  PAYMENT_METHODS, PAYMENT_SOURCES, PAYMENT_STATES, RECORD_STATES, type PaymentFilters,
} from '@/features/payments/filters';
import { UNITS, type Period } from '@/features/reports/period';
import { SECTIONS } from '@/lib/texts';

type Raw = Record<string, unknown>;

/** Search values are plain texts: ?q=1042 is the text "1042", and no number. */
export function parseSearch(search: string): Raw {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(values: Raw): string {
  const given = Object.entries(values).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []));
  const query = new URLSearchParams(given).toString();
  return query ? `?${query}` : '';
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((item) => item === value);
}

function matching(form: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

export const SORTS: readonly Sort[] = [
  'due_on', '-due_on', 'days_overdue', '-days_overdue', 'number', '-number', 'balance', '-balance', 'client', '-client',
];

export interface InvoiceSearch extends InvoiceFilters {
  section?: Section;
  sort?: Sort;
}

function parseFilters(raw: Raw): InvoiceFilters {
  return {
    q: text(raw.q),
    client: text(raw.client),
    matter: text(raw.matter),
    attorney: text(raw.attorney),
    currency: matching(/^[A-Z]{3}$/, raw.currency),
    age: oneOf(AGES, raw.age),
    min: matching(/^\d{1,10}(\.\d{1,3})?$/, raw.min),
    max: matching(/^\d{1,10}(\.\d{1,3})?$/, raw.max),
    set: text(raw.set),
    hold: oneOf(HOLDS, raw.hold),
  };
}

export function parseInvoiceSearch(raw: Raw): InvoiceSearch {
  return { section: oneOf(SECTIONS, raw.section), ...parseFilters(raw), sort: oneOf(SORTS, raw.sort) };
}

/** Which invoices a collection is to start for: one, or all that match. Many ticked ones travel in the history state. */
export interface StartSearch extends InvoiceFilters {
  invoice?: string;
  all?: 'true';
  section?: Section;
}

export function parseStartSearch(raw: Raw): StartSearch {
  return {
    invoice: text(raw.invoice),
    all: oneOf(['true'] as const, raw.all),
    section: oneOf(SECTIONS, raw.section),
    ...parseFilters(raw),
  };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const STANDINGS = ['differs', 'not_checked', 'waiting', 'agrees', 'outside'] as const;
export const PAYMENT_TABS = ['to-record', 'unmatched', 'proof'] as const;

export type PaymentSearch = PaymentFilters & {
  tab?: (typeof PAYMENT_TABS)[number];
  standing?: (typeof STANDINGS)[number];
};

export function parsePaymentSearch(raw: Raw): PaymentSearch {
  return {
    tab: oneOf(PAYMENT_TABS, raw.tab),
    standing: oneOf(STANDINGS, raw.standing),
    q: text(raw.q),
    state: oneOf(PAYMENT_STATES, raw.state),
    source: oneOf(PAYMENT_SOURCES, raw.source),
    method: oneOf(PAYMENT_METHODS, raw.method),
    record: oneOf(RECORD_STATES, raw.record),
    from: matching(DAY, raw.from),
    to: matching(DAY, raw.to),
    min: matching(/^\d{1,10}(\.\d{1,3})?$/, raw.min),
    max: matching(/^\d{1,10}(\.\d{1,3})?$/, raw.max),
    client: text(raw.client),
  };
}

export const REPORTS = ['ageing', 'dso', 'collected', 'sets', 'promises', 'forecast'] as const;

export type ReportSearch = Period & { tab?: (typeof REPORTS)[number] };

export function parseReportSearch(raw: Raw): ReportSearch {
  return {
    tab: oneOf(REPORTS, raw.tab),
    from: matching(DAY, raw.from),
    to: matching(DAY, raw.to),
    unit: oneOf(UNITS, raw.unit),
  };
}

export type ToDoTab = 'upcoming' | 'approvals' | 'uncertain' | 'calls' | 'answers' | 'promises' | 'payments';

export function parseToDoSearch(raw: Raw): { tab?: ToDoTab; on?: 'today' } {
  return {
    tab: oneOf(['upcoming', 'approvals', 'uncertain', 'calls', 'answers', 'promises', 'payments'] as const, raw.tab),
    on: oneOf(['today'] as const, raw.on),
  };
}

/** Why the way back from Clio did not end in a connection: a code, and whom it is about. */
export interface RefusalSearch {
  error?: string;
  account?: string;
  user?: string;
  region?: string;
}

export function parseRefusal(raw: Raw): RefusalSearch {
  return { error: text(raw.error), account: text(raw.account), user: text(raw.user), region: text(raw.region) };
}

export function parseClioSearch(raw: Raw): RefusalSearch & { connected?: string } {
  return { ...parseRefusal(raw), connected: text(raw.connected) };
}
