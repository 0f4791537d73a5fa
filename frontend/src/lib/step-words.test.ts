import { expect, it } from 'vitest';
import { step } from '@/testing/samples';
import { seriesText, shortDay, stepText, whenText } from './step-words';

it.each([
  [step({ offset_days: 7 }), '7 days after the due date'],
  [step({ offset_days: -1 }), '1 day before the due date'],
  [step({ offset_days: 0 }), 'On the due date'],
  [step({ offset_days: 0, anchor: 'start' }), 'At the start'],
  [step({ offset_days: 10, anchor: 'issue' }), '10 days after the invoice date'],
  [step({ offset_days: -3, offset_unit: 'business_days' }), '3 business days before the due date'],
  [step({ offset_days: 0, anchor: 'month' }), 'On the first business day of each month'],
  [step({ offset_days: 14, anchor: 'month' }), '14 days after the first of each month'],
])('%#', (given, text) => {
  expect(whenText(given)).toBe(text);
});

it('tells the whole step', () => {
  expect(stepText(step({ offset_days: 60, repeat_every_days: 30, repeat_max: 6, needs_approval: true }))).toBe(
    'E-mail 60 days after the due date, then every 30 days, at most 6 times, after your approval',
  );
  expect(stepText(step({ kind: 'call_task', offset_days: 45 }))).toBe('Call 45 days after the due date');
  expect(stepText(step({ anchor: 'month', offset_days: 0, repeat_max: 12, is_statement: true, attach_bill: true }))).toBe(
    'Statement on the first business day of each month, at most 12 times, with the bill attached',
  );
});

it.each([
  [step({ offset_days: 7 }), '+7'],
  [step({ offset_days: -3 }), '−3'],
  [step({ offset_days: 0, offset_unit: 'business_days' }), '0'],
  [step({ offset_days: 5, offset_unit: 'business_days' }), '+5 business'],
])('a day in the shortest words', (each, text) => expect(shortDay(each)).toBe(text));

it('a series in one line', () => {
  const series = [
    step({ offset_days: -3 }),
    step({ offset_days: 45, kind: 'call_task' }),
    step({ offset_days: 60, repeat_every_days: 30, repeat_max: 3 }),
  ];
  expect(seriesText(series)).toBe('−3, call +45, +60, then every 30 days from the due date');
  expect(seriesText([step({ anchor: 'month', offset_days: 0 }), step()])).toBe('each month; +7 days from the due date');
  expect(seriesText([])).toBe('');
});
