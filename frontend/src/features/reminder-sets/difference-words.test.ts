import { expect, it } from 'vitest';
import { changedDays, inAll } from './difference-words';

const change = (on: string, before: number, after: number) => ({ on, before, after });

it('tells the largest changes in the order of their days', () => {
  const days = [change('2026-03-02', 0, 14), change('2026-03-03', 2, 1), change('2026-03-06', 5, 2)];
  expect(changedDays(days, (day) => day, 2)).toEqual(['+14 on 2026-03-02', '−3 on 2026-03-06']);
});

it.each([
  [10, 10, 'As many e-mails as before within 90 days: 10.'],
  [10, 11, '1 e-mail more within 90 days: 11 instead of 10.'],
  [10, 7, '3 e-mails fewer within 90 days: 7 instead of 10.'],
])('says how many in all (%i, %i)', (mails_before, mails_after, text) => {
  expect(inAll({ mails_before, mails_after })).toBe(text);
});
