import { minorDigits } from '@/lib/money';
import type { Named, Rule, RuleInput } from './queries';
import type { Asked } from './sentence';

/** A rule in the form: amounts in units of the currency, empty fields as ''. */
export interface Draft {
  name: string;
  reminder_set_id: string | null;
  backlog: Rule['backlog'];
  min_days: number | '';
  max_days: number | '';
  min_amount: number | '';
  max_amount: number | '';
  currency: string | null;
  clients: Named[];
  matters: Named[];
  attorneys: string[];
  practice_areas: string[];
}

export function newDraft(setId: string | null): Draft {
  return {
    name: '',
    reminder_set_id: setId,
    backlog: 'fitting_step',
    min_days: 5,
    max_days: '',
    min_amount: '',
    max_amount: '',
    currency: null,
    clients: [],
    matters: [],
    attorneys: [],
    practice_areas: [],
  };
}

/** Decimals of amounts in the form. */
export const digitsOf = (currency: string | null) => (currency === null ? 2 : minorDigits(currency));
const orEmpty = (number: number | null) => number ?? '';
const orNull = (number: number | '') => (number === '' ? null : number);

export function toDraft(rule: Rule): Draft {
  const units = (minor: number | null) => (minor === null ? '' : minor / 10 ** digitsOf(rule.currency));
  return {
    name: rule.name,
    reminder_set_id: rule.reminder_set.is_archived ? null : rule.reminder_set.id,
    backlog: rule.backlog,
    min_days: orEmpty(rule.min_days_overdue),
    max_days: orEmpty(rule.max_days_overdue),
    min_amount: units(rule.min_balance_minor),
    max_amount: units(rule.max_balance_minor),
    currency: rule.currency,
    clients: rule.clients,
    matters: rule.matters,
    attorneys: rule.attorneys,
    practice_areas: rule.practice_areas,
  };
}

/** What is asked of invoices, for the sentence. */
export function askedOf(draft: Draft): Asked {
  const minor = (units: number | '') => (units === '' ? null : Math.round(units * 10 ** digitsOf(draft.currency)));
  return {
    min_days_overdue: orNull(draft.min_days),
    max_days_overdue: orNull(draft.max_days),
    min_balance_minor: minor(draft.min_amount),
    max_balance_minor: minor(draft.max_amount),
    currency: draft.currency,
    clients: draft.clients.map(({ name }) => name),
    matters: draft.matters.map(({ name }) => name),
    attorneys: draft.attorneys,
    practice_areas: draft.practice_areas,
  };
}

/** For the API; nothing as long as something is missing or makes no sense. */
export function toInput(draft: Draft): RuleInput | null {
  const { clients: _clients, matters: _matters, ...asked } = askedOf(draft);
  const isTurned = (least: number | null, most: number | null) => least !== null && most !== null && least > most;
  if (draft.reminder_set_id === null) return null;
  if (isTurned(asked.min_days_overdue, asked.max_days_overdue)) return null;
  if (isTurned(asked.min_balance_minor, asked.max_balance_minor)) return null;
  return {
    ...asked,
    name: draft.name.trim() || 'New rule',
    reminder_set_id: draft.reminder_set_id,
    backlog: draft.backlog,
    client_ids: draft.clients.map(({ id }) => id),
    matter_ids: draft.matters.map(({ id }) => id),
  };
}

/** The list with one entry moved by so many places. */
export function moved(ids: readonly string[], id: string, by: number): string[] {
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return [...ids];
  const rest = ids.filter((each) => each !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}
