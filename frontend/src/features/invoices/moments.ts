import type { Hold, InvoiceDetail, InvoiceNote, PlannedReminder, PromiseToPay, TimelineEntry } from '@/api/types';
import { dayOf } from '@/lib/dates';
import { formatMoney } from '@/lib/money';

/** One line of an invoice's timeline: something that happened, or that is to come. */
export interface Moment {
  id: string;
  /** The firm's day. */
  on: string;
  /** The instant, where it has one. */
  at: string | null;
  kind: string;
  title: string;
  detail: string | null;
  who: string | null;
  reminderId: string | null;
  paymentId: string | null;
  /** A note that whoever looks may delete. */
  noteId: string | null;
}

const NOTHING_MORE = { detail: null, who: null, reminderId: null, paymentId: null, noteId: null };

/** What happened, the oldest first. Notes stand among it. */
export function pastOf(entries: readonly TimelineEntry[], notes: readonly InvoiceNote[], timeZone: string): Moment[] {
  const happened = entries.map(
    (entry): Moment => ({
      id: entry.id,
      on: dayOf(entry.at, timeZone),
      at: entry.at,
      kind: entry.kind,
      title: entry.title,
      detail: entry.detail,
      who: entry.actor,
      reminderId: entry.reminder_id,
      paymentId: entry.payment_id,
      noteId: null,
    }),
  );
  const written = notes.map(
    (note): Moment => ({
      ...NOTHING_MORE,
      id: note.id,
      on: dayOf(note.created_at, timeZone),
      at: note.created_at,
      kind: 'note_written',
      title: 'Note',
      detail: note.text,
      who: note.author,
      noteId: note.can_delete ? note.id : null,
    }),
  );
  // What the list gives newest first; of two at the same instant the one that was written first stands first.
  return [...written, ...happened].reverse().sort((one, other) => (one.at ?? '').localeCompare(other.at ?? ''));
}

export interface Coming {
  invoice: Pick<InvoiceDetail, 'due_on' | 'section'>;
  plan: readonly PlannedReminder[];
  holds: readonly Hold[];
  promises: readonly PromiseToPay[];
}

const PLANNED: Record<PlannedReminder['state'], string> = {
  planned: 'planned',
  held: 'planned_held',
  awaiting_approval: 'planned_approval',
};

function plannedMoment(item: PlannedReminder): Moment {
  const times = item.occurrence > 1 ? `, ${String(item.occurrence)}. time` : '';
  const who = item.kind === 'email' && item.recipient ? `, to ${item.recipient}` : '';
  return {
    ...NOTHING_MORE,
    id: `plan-${String(item.step_position)}-${String(item.occurrence)}`,
    on: item.on,
    at: item.at,
    kind: item.kind === 'call_task' && item.state === 'planned' ? 'planned_call' : PLANNED[item.state],
    title: item.kind === 'call_task' ? `Call: ${item.subject}` : item.subject,
    detail: `Step ${String(item.step_position)}${times}${who}${item.note ? `. ${item.note}` : ''}`,
  };
}

/** What is to come, the next first, if the facts stay as they are. */
export function comingOf({ invoice, plan, holds, promises }: Coming, today: string, timeZone: string): Moment[] {
  const moments = plan.map(plannedMoment);
  if (invoice.due_on && invoice.due_on >= today && invoice.section !== 'paid')
    moments.push({ ...NOTHING_MORE, id: 'due', on: invoice.due_on, at: null, kind: 'due', title: 'The invoice is due' });
  for (const promise of promises)
    if (promise.state === 'open' && promise.promised_on >= today)
      moments.push({
        ...NOTHING_MORE,
        id: `promise-${promise.id}`,
        on: promise.promised_on,
        at: null,
        kind: 'promised',
        title: `${formatMoney(promise.amount)} is promised`,
        detail: promise.note || null,
      });
  for (const hold of holds)
    if (hold.ends_at && hold.kind !== 'promise')
      moments.push({
        ...NOTHING_MORE,
        id: `hold-${hold.id ?? hold.kind}`,
        on: dayOf(hold.ends_at, timeZone),
        at: hold.ends_at,
        kind: 'hold_ends',
        title: 'The hold ends',
        detail: hold.sentence,
      });
  return moments.sort((one, other) => one.on.localeCompare(other.on) || (one.at ?? '').localeCompare(other.at ?? ''));
}
