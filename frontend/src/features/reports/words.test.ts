import { expect, it } from 'vitest';
import { monthName } from './period';
import { fileAddress } from './queries';
import { daysText, latenessText, roughMoney, shareText } from './words';

it.each([
  [0, 100, '0%'],
  [1, 1000, '<1%'],
  [50, 100, '50%'],
  [999, 1000, '>99%'],
  [1000, 1000, '100%'],
  [5, 0, '0%'],
])('shareText(%d, %d) is %s', (part, whole, text) => {
  expect(shareText(part, whole)).toBe(text);
});

it('says days and lateness in words', () => {
  expect([daysText(1), daysText(12.5), daysText(1200)]).toEqual(['1 day', '12.5 days', '1,200 days']);
  expect(latenessText(0)).toBe('on the due day');
  expect(latenessText(9)).toBe('9 days after the due day');
  expect(latenessText(-1)).toBe('1 day before the due day');
});

it('shortens amounts of any number of decimals for an axis', () => {
  expect(roughMoney('USD')(1_234_500)).toBe('$12.3K');
  expect(roughMoney('JPY')(1_234_500)).toBe('¥1.2M');
});

it('names months without a time zone in the way', () => {
  expect(monthName('2026-03-01')).toBe('Mar 2026');
});

it('asks for the file with what the page shows', () => {
  expect(fileAddress('ageing')).toBe('/api/v1/reports/ageing/export');
  expect(fileAddress('collected', { from_day: '2026-01-01', to_day: undefined, unit: 'week' })).toBe(
    '/api/v1/reports/collected/export?from_day=2026-01-01&unit=week',
  );
});
