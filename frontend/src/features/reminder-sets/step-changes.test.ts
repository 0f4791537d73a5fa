import { expect, it } from 'vitest';
import { step } from '@/testing/samples';
import { stepChanges } from './step-changes';

const saved = [step({ id: 'a', offset_days: 0, body: 'Dear Ada,\n\nPlease pay.' }), step({ id: 'b', offset_days: 7 })];
const [first, second] = saved as [(typeof saved)[0], (typeof saved)[0]];

it('nothing differs where nothing was changed', () => {
  expect(stepChanges(saved, saved)).toEqual([]);
});

it('says what a step said before and says now', () => {
  const changes = stepChanges(saved, [{ ...first, body: 'Dear Ada,\n\nPlease pay today.', needs_approval: true }, { ...second, offset_days: 10 }]);
  expect(changes).toEqual([
    { title: 'Step 1', parts: [{ name: 'Needs approval', before: 'no', after: 'yes' }], removed: ['Please pay.'], added: ['Please pay today.'] },
    { title: 'Step 2', parts: [{ name: 'When', before: '7 days after the due date', after: '10 days after the due date' }], removed: [], added: [] },
  ]);
});

it('names new steps and those that are gone', () => {
  const changes = stepChanges(saved, [second, step({ id: null, offset_days: 30, kind: 'call_task', body: 'Ring' })]);
  expect(changes.map(({ title }) => title)).toEqual(['Step 2 is new: call, 30 days after the due date', 'Step 1 is removed: e-mail, On the due date']);
});

it('names steps that changed places, and not those that only moved up behind one that is gone', () => {
  expect(stepChanges(saved, [second, first]).map(({ title }) => title)).toEqual(['Step 1 was step 2', 'Step 2 was step 1']);
  expect(stepChanges(saved, [second]).map(({ title }) => title)).toEqual(['Step 1 is removed: e-mail, On the due date']);
});
