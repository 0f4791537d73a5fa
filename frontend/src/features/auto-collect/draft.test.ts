import { expect, it } from 'vitest';
import { moved, newDraft, toInput } from './draft';

it('turns units into minor units of the currency', () => {
  const draft = { ...newDraft('s1'), min_amount: 19.99, max_amount: 500 } as const;
  expect(toInput(draft)).toMatchObject({ min_balance_minor: 1999, max_balance_minor: 50_000, currency: null });
  expect(toInput({ ...draft, min_amount: 100, currency: 'JPY' })).toMatchObject({ min_balance_minor: 100 });
});

it('is nothing without a set, or with bounds the wrong way round', () => {
  expect(toInput(newDraft(null))).toBeNull();
  expect(toInput({ ...newDraft('s1'), min_days: 10, max_days: 5 })).toBeNull();
  expect(toInput({ ...newDraft('s1'), min_amount: 10, max_amount: 5 })).toBeNull();
});

it('moves one entry of a list, and not beyond its ends', () => {
  expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c']);
  expect(moved(['a', 'b', 'c'], 'c', 1)).toEqual(['a', 'b', 'c']);
});
