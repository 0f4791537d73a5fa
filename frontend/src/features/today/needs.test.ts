import { expect, it } from 'vitest';
import { needsOf, type Waiting } from './needs';

const NOTHING: Waiting = {
  uncertain: 0, answers: 0, promises: 0, payments_differ: 0, to_record: 0, unmatched: 0, awaiting_approval: 0, to_approve_ahead: 0, to_call: 0,
};

it('names nothing where nothing waits', () => {
  expect(needsOf(NOTHING)).toEqual([]);
});

it('puts what is most urgent first, each with its number', () => {
  const needs = needsOf({ ...NOTHING, to_call: 1, uncertain: 2, to_record: 1200 });
  expect(needs.map(({ title }) => title)).toEqual([
    '2 e-mails may or may not have arrived',
    '1,200 payments to record in Clio',
    '1 call to make',
  ]);
  expect(needs.every(({ action, why }) => action && why)).toBe(true);
});

it('forgets no kind', () => {
  const all = Object.fromEntries(Object.keys(NOTHING).map((kind) => [kind, 1])) as unknown as Waiting;
  expect(needsOf(all)).toHaveLength(Object.keys(NOTHING).length);
});
