import type { Money } from '@/api/types';

// The API's own: what a browser knows of a currency differs in a few, and from one to the next.
const ZERO_DECIMAL = new Set([
  'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF',
]);
const THREE_DECIMAL = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** How many decimals the currency has: 0, 2 or 3. */
export function minorDigits(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  let format = formats.get(currency);
  if (!format) {
    const digits = minorDigits(currency);
    format = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(currency, format);
  }
  return format;
}

/** Whole minor units as a decimal text, exact to the cent: 123450 → "1234.50". */
export function toDecimal(amountMinor: number, digits: number): string {
  const sign = amountMinor < 0 ? '-' : '';
  const text = Math.abs(amountMinor).toString().padStart(digits + 1, '0');
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** A decimal text as whole minor units, exact: "1234.5" → 123450; null where it is no such amount. */
export function toMinor(decimal: string, digits: number): number | null {
  const parts = /^(\d{1,12})(?:\.(\d*))?$/.exec(decimal.trim().replaceAll(',', ''));
  if (!parts) return null;
  const fraction = parts[2] ?? '';
  if (fraction.length > digits) return null;
  return Number(`${parts[1] ?? ''}${fraction.padEnd(digits, '0')}`);
}

/** {123450, USD} → "$1,234.50" */
export function formatMoney(money: Money): string {
  const decimal = toDecimal(money.amount_minor, minorDigits(money.currency));
  // A decimal text is formatted exactly; a float might not be.
  return formatOf(money.currency).format(decimal as unknown as number);
}

/** Several currencies stay several: "$1,200.00 + €80.00"; nothing at all is a dash. */
export function formatTotals(totals: readonly Money[]): string {
  const shown = totals.filter((money) => money.amount_minor !== 0);
  if (shown.length > 0) return shown.map(formatMoney).join(' + ');
  return totals[0] ? formatMoney(totals[0]) : '–';
}

/** For a narrow place: the largest amount, and how many other currencies there are. */
export function shortTotals(totals: readonly Money[]): string {
  const shown = totals.filter((money) => money.amount_minor !== 0);
  const largest = shown.reduce<Money | null>(
    (best, money) => (best === null || money.amount_minor > best.amount_minor ? money : best),
    null,
  );
  if (largest === null || shown.length === 1) return formatTotals(totals);
  return `${formatMoney(largest)} + ${String(shown.length - 1)} more`;
}

/** Adds up per currency, in the order in which currencies first appear. */
export function sumByCurrency(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, number>();
  for (const { amount_minor, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amount_minor);
  return [...sums].map(([currency, amount_minor]) => ({ amount_minor, currency }));
}
