export const UNITS = ['day', 'week', 'month'] as const;
export type Unit = (typeof UNITS)[number];

/** Days of the firm, both included; without them the last twelve months. */
export interface Period {
  from?: string;
  to?: string;
  unit?: Unit;
}

export const UNIT_NAMES: Record<Unit, string> = { day: 'Day by day', week: 'Week by week', month: 'Month by month' };

const MONTH = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'short', year: 'numeric' });

/** "2026-03-01" → "Mar 2026" */
export function monthName(day: string): string {
  return MONTH.format(new Date(`${day}T00:00:00Z`));
}
