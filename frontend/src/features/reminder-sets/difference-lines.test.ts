import { expect, it } from 'vitest';
import { countLines, differenceLines } from './difference-lines';

const DIFFERENCE = ['--- version 1', '+++ the file', '@@ -1,3 +1,3 @@', ' name: Polite', '-offset_days: 7', '+offset_days: 8', '+--- kept'].join('\n');

it('says of each line what becomes of it', () => {
  expect(differenceLines(DIFFERENCE).map(({ is }) => is)).toEqual(['place', 'same', 'removed', 'added', 'added']);
  expect(countLines(differenceLines(DIFFERENCE))).toEqual({ added: 2, removed: 1 });
});

it('has nothing to say of no difference', () => {
  expect(differenceLines('')).toEqual([]);
});
