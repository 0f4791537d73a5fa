import { describe, expect, it } from 'vitest';
import { formatMoney, formatTotals, minorDigits, shortTotals, sumByCurrency, toDecimal, toMinor } from './money';

const usd = (amount_minor: number) => ({ amount_minor, currency: 'USD' });

describe('money', () => {
  it.each([
    [usd(123450), '$1,234.50'],
    [usd(5), '$0.05'],
    [usd(-5), '-$0.05'],
    [usd(0), '$0.00'],
    [{ amount_minor: 184000, currency: 'JPY' }, '¥184,000'],
    [{ amount_minor: 1234567, currency: 'KWD' }, 'KWD 1,234.567'],
  ])('%j is %s', (money, text) => {
    expect(formatMoney(money).replace(/\u00a0/g, ' ')).toBe(text);
  });

  it('is exact where a float is not', () => {
    expect(formatMoney(usd(9007199254740991))).toBe('$90,071,992,547,409.91');
  });

  it('pads small amounts', () => {
    expect(toDecimal(7, 2)).toBe('0.07');
    expect(toDecimal(7, 0)).toBe('7');
    expect(toDecimal(-1050, 2)).toBe('-10.50');
  });

  it('keeps currencies apart', () => {
    const amounts = [usd(100), { amount_minor: 500, currency: 'EUR' }, usd(250)];
    expect(sumByCurrency(amounts)).toEqual([usd(350), { amount_minor: 500, currency: 'EUR' }]);
    expect(formatTotals(sumByCurrency(amounts))).toBe('$3.50 + €5.00');
    expect(shortTotals(sumByCurrency(amounts))).toBe('€5.00 + 1 more');
  });

  it('says nothing of nothing', () => {
    expect(formatTotals([])).toBe('–');
    expect(formatTotals([usd(0)])).toBe('$0.00');
    expect(shortTotals([])).toBe('–');
  });
});

describe('decimals', () => {
  it.each([
    ['USD', 2],
    ['JPY', 0],
    ['KWD', 3],
    // Where browsers say something else.
    ['ISK', 2],
    ['UGX', 2],
    ['MGA', 0],
    ['IQD', 2],
  ])('%s has %i', (currency, digits) => {
    expect(minorDigits(currency)).toBe(digits);
    const one = formatMoney({ amount_minor: 10 ** digits, currency });
    expect(one).toMatch(digits ? new RegExp(`1\\.0{${String(digits)}}$`) : /1$/);
  });

  it.each([
    ['1234.5', 'USD', 123450],
    ['1,234.50', 'USD', 123450],
    ['5000', 'JPY', 5000],
    ['5000.5', 'JPY', null],
    ['1.2345', 'KWD', null],
    ['1.234', 'KWD', 1234],
  ])('%s of %s is %s', (typed, currency, minor) => {
    expect(toMinor(typed, minorDigits(currency))).toBe(minor);
  });
});
