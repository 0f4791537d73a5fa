import { expect, it } from 'vitest';
import { progressOf } from './three-facts';

const none = { settled_at: null, recorded_at: null, confirmed_at: null };

it.each([
  [none, 0],
  [{ ...none, settled_at: 'x' }, 1],
  [{ ...none, settled_at: 'x', recorded_at: 'x' }, 2],
  [{ settled_at: 'x', recorded_at: 'x', confirmed_at: 'x' }, 3],
  [{ ...none, settled_at: 'x', confirmed_at: 'x' }, 3],
])('%j: %i', (payment, progress) => {
  expect(progressOf(payment)).toBe(progress);
});
