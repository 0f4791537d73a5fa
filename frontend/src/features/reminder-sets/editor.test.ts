import { describe, expect, it } from 'vitest';
import { step } from '@/testing/samples';
import { contentOf, type Draft, draftOf, isChanged, nextStep, reduceDraft, toInput } from './editor';
import { insertVariable } from './text-editor';

const content = {
  name: 'Standard',
  description: '',
  steps: [step({ id: 's1', offset_days: 0 }), step({ id: 's2', offset_days: 7 }), step({ id: 's3', offset_days: 15 })],
};
const days = (draft: Draft) => draft.steps.map((entry) => entry.offset_days);
const key = (draft: Draft, index: number) => draft.steps[index]?.key ?? '';

describe('writing a reminder set', () => {
  it('begins unchanged, with the first step chosen', () => {
    const draft = draftOf(content);
    expect(draft.selected).toBe(key(draft, 0));
    expect(isChanged(draft, content)).toBe(false);
  });

  it('moves a step, and not over the ends', () => {
    const draft = draftOf(content);
    const down = reduceDraft(draft, { type: 'move', key: key(draft, 0), by: 1 });
    expect(days(down)).toEqual([7, 0, 15]);
    expect(isChanged(down, content)).toBe(true);
    expect(days(reduceDraft(draft, { type: 'move', key: key(draft, 0), by: -1 }))).toEqual([0, 7, 15]);
    expect(days(reduceDraft(draft, { type: 'move', key: key(draft, 2), by: 1 }))).toEqual([0, 7, 15]);
  });

  it('duplicates a step as a new one beside it', () => {
    const draft = draftOf(content);
    const next = reduceDraft(draft, { type: 'duplicate', key: key(draft, 1) });
    expect(days(next)).toEqual([0, 7, 7, 15]);
    expect(next.selected).toBe(key(next, 2));
    expect(contentOf(next).steps.map((entry) => entry.id)).toEqual(['s1', 's2', undefined, 's3']);
  });

  it('removes a step and chooses its neighbour', () => {
    const draft = reduceDraft(draftOf(content), { type: 'select', key: '' });
    const chosen = reduceDraft(draft, { type: 'select', key: key(draft, 2) });
    const next = reduceDraft(chosen, { type: 'remove', key: key(chosen, 2) });
    expect(days(next)).toEqual([0, 7]);
    expect(next.selected).toBe(key(next, 1));
  });

  it('takes a ready-made step without its id', () => {
    const draft = draftOf(content);
    const next = reduceDraft(draft, { type: 'add', step: step({ id: 'other', offset_days: 30 }) });
    expect(days(next)).toEqual([0, 7, 15, 30]);
    expect(contentOf(next).steps[3]?.id).toBeUndefined();
  });

  it('changed and changed back is unchanged', () => {
    const draft = draftOf(content);
    const first = key(draft, 0);
    const changed = reduceDraft(draft, { type: 'change', key: first, patch: { subject: 'Other' } });
    expect(isChanged(changed, content)).toBe(true);
    const back = reduceDraft(changed, { type: 'change', key: first, patch: { subject: content.steps[0]?.subject } });
    expect(isChanged(back, content)).toBe(false);
  });

  it('stays at the same step when a saved version comes back', () => {
    const draft = draftOf(content);
    const chosen = reduceDraft(draft, { type: 'select', key: key(draft, 1) });
    const next = reduceDraft(chosen, { type: 'reset', content });
    expect(next.selected).toBe(key(next, 1));
  });
});

it('a new step follows a week after the last', () => {
  expect(nextStep(content.steps, 'email')).toMatchObject({ kind: 'email', offset_days: 22, anchor: 'due' });
  expect(nextStep([], 'call_task')).toMatchObject({ kind: 'call_task', offset_days: 0 });
});

it('the API is not told of keys', () => {
  expect(toInput({ ...step(), key: 'step-1' })).not.toHaveProperty('key');
  expect(toInput(step({ id: null }))).not.toHaveProperty('id');
});

it('a variable goes where the cursor is', () => {
  expect(insertVariable('Dear ,', 5, 'client.name')).toEqual(['Dear {{ client.name }},', 22]);
});
