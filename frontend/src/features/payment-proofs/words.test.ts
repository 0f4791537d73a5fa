import { expect, it } from 'vitest';
import { byWhom, headline, headlineTone, progressOf, progressWords, stripeUrl } from './words';

const none = { differs: 0, not_checked: 0, waiting: 0, agrees: 0, outside: 0 };

it.each([
  [none, 'No payments to compare yet', 'gray'],
  [{ ...none, outside: 4 }, 'No payments to compare yet', 'gray'],
  [{ ...none, agrees: 1 }, 'The one payment agrees', 'green'],
  [{ ...none, agrees: 1124, outside: 2 }, 'All 1,124 payments agree', 'green'],
  [{ ...none, agrees: 121, differs: 3 }, '3 of 124 payments need a look', 'red'],
  [{ ...none, agrees: 1, differs: 1, not_checked: 5 }, '1 of 7 payments needs a look', 'red'],
  [{ ...none, agrees: 8, not_checked: 2 }, '2 of 10 payments could not be checked', 'amber'],
  [{ ...none, agrees: 8, waiting: 2 }, '8 of 10 payments agree, 2 on the way', 'green'],
])('%j: %s', (counts, words, tone) => {
  expect(headline(counts)).toBe(words);
  expect(headlineTone(counts)).toBe(tone);
});

it('never says that all agree where something was not checked', () => {
  expect(headline({ ...none, agrees: 99, not_checked: 1 })).not.toContain('agree');
});

it('tells the progress of a check', () => {
  expect(progressWords({ kind: 'by_hand', step: 'stripe' })).toBe('Asking Stripe …');
  expect(progressWords({ kind: 'after_healing', step: 'waiting' })).toContain('compared once more');
  expect(progressOf('waiting')).toBeLessThan(progressOf('clio'));
  expect(progressOf('healing')).toBeLessThan(100);
});

it('names who checked', () => {
  expect(byWhom({ kind: 'by_hand', asked_by: 'Dana Hale' })).toBe('by Dana Hale');
  expect(byWhom({ kind: 'nightly', asked_by: null })).toBe('by the nightly check');
});

it('leads to the payment in Stripe', () => {
  expect(stripeUrl('pi_1')).toBe('https://dashboard.stripe.com/payments/pi_1');
});
