import { expect, it } from 'vitest';
import { toPromise } from './promise-values';

const values = { promised_on: '2026-11-27', amount: '' as number | string, note: ' By phone ', after: 'resume' };

it('an empty amount promises the whole balance, and reminders go on where they were', () => {
  expect(toPromise(values, 2)).toEqual({
    promised_on: '2026-11-27',
    amount_minor: null,
    note: 'By phone',
    jump_position: null,
  });
});

it.each([
  [1.1, 2, 110],
  [19.99, 2, 1999],
  [1200, 0, 1200],
  ['0.29', 2, 29],
])('%s with %d digits is %d minor units', (amount, digits, minor) => {
  expect(toPromise({ ...values, amount }, digits).amount_minor).toBe(minor);
});

it('a step to jump to is a number', () => {
  expect(toPromise({ ...values, after: '4' }, 2).jump_position).toBe(4);
});
