import { describe, expect, it } from 'vitest';
import { anUpcoming } from '@/testing/samples';
import { dayInCounts, forWhich, keyOf, reviewInWords } from './words';

const NOTHING = { will_go: 0, needs_approval: 0, held: 0, safe_mode: 0, vetoed: 0 };

describe('dayInCounts', () => {
  it.each([
    [NOTHING, ''],
    [{ ...NOTHING, will_go: 1200 }, '1,200 will go'],
    [{ ...NOTHING, will_go: 2, needs_approval: 1, held: 1 }, '2 will go, 1 needs approval, 1 is held'],
    [{ ...NOTHING, safe_mode: 3, vetoed: 2 }, '3 would go without Safe Mode, 2 vetoed'],
  ])('%j', (counts, words) => {
    expect(dayInCounts(counts)).toBe(words);
  });
});

it('keeps only those about which it can be decided', () => {
  const items = [anUpcoming('1', { can_approve: true }), anUpcoming('2', { can_veto: false })];
  expect(forWhich(items, 'approve').map(keyOf)).toEqual(['c-1:s1:1']);
  expect(forWhich(items, 'veto').map(keyOf)).toEqual(['c-1:s1:1']);
  expect(forWhich(items, 'undo')).toEqual([]);
});

it('says who decided', () => {
  expect(reviewInWords({ decision: 'edited', by: 'Ann', at: '2026-11-23T14:00:00Z' })).toBe('Text changed by Ann');
});
