import dayjs from 'dayjs';

/** A calendar day, "2026-11-23", has no time zone; an instant, "2026-11-23T14:00:00Z", is shown in the firm's. */
const dayFormat = (withYear: boolean) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: 'UTC',
    month: 'short',
    day: 'numeric',
    ...(withYear ? { year: 'numeric' } : {}),
  });
const SHORT = dayFormat(false);
const LONG = dayFormat(true);
const WEEKDAY = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', weekday: 'long' });

/** "2026-12-03" → "Dec 3, 2026"; the year is left out if it is that of `today`. */
export function formatDay(day: string, today?: string): string {
  const instant = new Date(`${day}T00:00:00Z`);
  return (today?.slice(0, 4) === day.slice(0, 4) ? SHORT : LONG).format(instant);
}

export function weekdayOf(day: string): string {
  return WEEKDAY.format(new Date(`${day}T00:00:00Z`));
}

/** The calendar day on which an instant falls in a time zone. */
export function dayOf(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(instant),
  );
}

/** "Dec 3, 9:14 AM" in the firm's time zone. */
export function formatInstant(instant: string, timeZone: string, today?: string): string {
  const time = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit' }).format(
    new Date(instant),
  );
  return `${formatDay(dayOf(instant, timeZone), today)}, ${time}`;
}

export function addDays(day: string, days: number): string {
  return dayjs(day).add(days, 'day').format('YYYY-MM-DD');
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** "today", "tomorrow", "in 3 days", "2 days ago" */
export function relativeDay(day: string, today: string): string {
  const days = daysBetween(today, day);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  return days > 0 ? `in ${String(days)} days` : `${String(-days)} days ago`;
}

/** Days overdue in words: 12 → "12 days overdue", 0 → "Due today", -5 → "Due in 5 days". */
export function overdueText(daysOverdue: number): string {
  if (daysOverdue === 0) return 'Due today';
  const days = Math.abs(daysOverdue) === 1 ? '1 day' : `${String(Math.abs(daysOverdue))} days`;
  return daysOverdue > 0 ? `${days} overdue` : `Due in ${days}`;
}

export function browserTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'America/New_York';
}
