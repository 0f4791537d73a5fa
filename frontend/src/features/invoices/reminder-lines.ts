import type { InvoiceRow } from '@/api/types';

interface Formats {
  day: (day: string | null) => string;
  instant: (instant: string | null) => string;
}

/** How the reminders of an invoice stand, in at most two short lines. */
export function reminderLines(row: InvoiceRow, format: Formats): [string, string | null] {
  const { collection, status_note: note } = row;
  if (collection === null) return [note ?? (row.remindable ? 'Not started' : 'Cannot be reminded'), null];
  const rule = collection.started_by_rule;
  const name = rule ? `${collection.reminder_set_name}, by the rule “${rule}”` : collection.reminder_set_name;
  if (note !== null) return [note, name];
  if (collection.next_reminder_at !== null) return [name, `Next ${format.instant(collection.next_reminder_at)}`];
  if (collection.last_reminder_at !== null) return [name, `Last ${format.instant(collection.last_reminder_at)}`];
  return [name, null];
}
