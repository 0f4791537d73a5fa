import { expect, it } from 'vitest';
import { fillDays } from './mails-chart';

it('days without mails are drawn as gaps', () => {
  expect(
    fillDays([
      { on: '2026-11-27', count: 3 },
      { on: '2026-11-30', count: 2 },
    ]),
  ).toEqual([
    { on: '2026-11-27', count: 3 },
    { on: '2026-11-28', count: 0 },
    { on: '2026-11-29', count: 0 },
    { on: '2026-11-30', count: 2 },
  ]);
  expect(fillDays([])).toEqual([]);
});
