import { describe, expect, it } from 'vitest';
import { addDays, dayOf, daysBetween, formatDay, formatInstant, overdueText, relativeDay, weekdayOf } from './dates';

describe('days', () => {
  it('shows a calendar day as it is, in every time zone', () => {
    expect(formatDay('2026-12-03')).toBe('Dec 3, 2026');
    expect(formatDay('2026-12-03', '2026-01-31')).toBe('Dec 3');
    expect(weekdayOf('2026-11-23')).toBe('Monday');
  });

  it('counts over a change of the clocks', () => {
    expect(daysBetween('2026-10-31', '2026-11-02')).toBe(2);
    expect(addDays('2026-10-31', 2)).toBe('2026-11-02');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  it.each([
    ['2026-11-23', 'today'],
    ['2026-11-24', 'tomorrow'],
    ['2026-11-22', 'yesterday'],
    ['2026-11-30', 'in 7 days'],
    ['2026-11-13', '10 days ago'],
  ])('%s is %s', (day, text) => {
    expect(relativeDay(day, '2026-11-23')).toBe(text);
  });

  it.each([
    [0, 'Due today'],
    [1, '1 day overdue'],
    [12, '12 days overdue'],
    [-1, 'Due in 1 day'],
    [-5, 'Due in 5 days'],
  ])('%i days: %s', (days, text) => {
    expect(overdueText(days)).toBe(text);
  });
});

describe('instants', () => {
  it("are shown in the firm's time zone", () => {
    expect(formatInstant('2026-11-24T02:30:00Z', 'America/New_York').replace(/\u202f/g, ' ')).toBe('Nov 23, 2026, 9:30 PM');
    expect(dayOf('2026-11-24T02:30:00Z', 'America/New_York')).toBe('2026-11-23');
    expect(dayOf('2026-11-24T02:30:00Z', 'Europe/Berlin')).toBe('2026-11-24');
  });
});
