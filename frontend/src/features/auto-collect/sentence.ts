import { formatMoney, toDecimal } from '@/lib/money';
import type { Rule } from './queries';

export type Asked = Pick<
  Rule,
  | 'min_days_overdue'
  | 'max_days_overdue'
  | 'min_balance_minor'
  | 'max_balance_minor'
  | 'currency'
  | 'attorneys'
  | 'practice_areas'
> & { clients: readonly string[]; matters: readonly string[] };

/** "Invoices at least 5 days overdue of at least $100.00 of the practice area Family start on “Standard”." */
export function ruleSentence(asked: Asked, setName: string): string {
  const parts = [
    age(asked.min_days_overdue, asked.max_days_overdue),
    amount(asked),
    named('of the client', 'of the clients', asked.clients),
    named('for the matter', 'for the matters', asked.matters),
    named('of the attorney', 'of the attorneys', asked.attorneys),
    named('of the practice area', 'of the practice areas', asked.practice_areas),
  ].filter((part) => part !== null);
  const start = `start on “${setName}”.`;
  return parts.length === 0 ? `All approved invoices ${start}` : `Invoices ${parts.join(' ')} ${start}`;
}

const days = (number: number) => (number === 1 ? '1 day' : `${String(number)} days`);

/** A day counted from the due date, in words. */
function point(late: number): string {
  if (late === 0) return 'the due date';
  return late > 0 ? `${days(late)} after the due date` : `${days(-late)} before the due date`;
}

function age(least: number | null, most: number | null): string | null {
  if (least === null && most === null) return null;
  if (least !== null && most !== null) {
    return least > 0 ? `${String(least)} to ${days(most)} overdue` : `from ${point(least)} to ${point(most)}`;
  }
  if (least !== null) return least > 0 ? `at least ${days(least)} overdue` : `from ${point(least)} on`;
  return most !== null && most > 0 ? `at most ${days(most)} overdue` : `until ${point(most ?? 0)}`;
}

function amount({ min_balance_minor: least, max_balance_minor: most, currency }: Asked): string | null {
  const money = (minor: number) =>
    currency === null ? toDecimal(minor, 2) : formatMoney({ amount_minor: minor, currency });
  if (least !== null && most !== null) return `of ${money(least)} to ${money(most)}`;
  if (least !== null) return `of at least ${money(least)}`;
  if (most !== null) return `of at most ${money(most)}`;
  return currency === null ? null : `in ${currency}`;
}

function named(one: string, several: string, names: readonly string[]): string | null {
  const [first] = names;
  if (first === undefined) return null;
  if (names.length === 1) return `${one} ${first}`;
  const shown = names.length > 3 ? [...names.slice(0, 2), `${String(names.length - 2)} others`] : names;
  return `${several} ${shown.slice(0, -1).join(', ')} or ${String(shown.at(-1))}`;
}
