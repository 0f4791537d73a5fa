import { expect, it } from 'vitest';
import type { Hold, PlannedReminder, PromiseToPay, TimelineEntry } from '@/api/types';
import { comingOf, pastOf } from './moments';

const ZONE = 'America/New_York';

function entry(id: string, at: string): TimelineEntry {
  return { id, at, kind: 'synced', title: id, detail: null, actor: null, reminder_id: null, payment_id: null };
}

function planned(changes: Partial<PlannedReminder>): PlannedReminder {
  return {
    step_position: 1,
    occurrence: 1,
    kind: 'email',
    subject: 'Invoice 1042',
    on: '2026-11-30',
    at: '2026-11-30T14:00:00Z',
    recipient: 'ada@example.org',
    state: 'planned',
    note: null,
    ...changes,
  };
}

const nothing = { invoice: { due_on: null, section: null }, plan: [], holds: [], promises: [] } as const;

it('tells the past from its beginning, with the notes among it', () => {
  const note = { id: 'n', text: 'Called', author: 'Ann', created_at: '2026-11-02T12:00:00Z', can_delete: true };
  const past = pastOf([entry('third', '2026-11-03T12:00:00Z'), entry('first', '2026-11-01T12:00:00Z')], [note], ZONE);
  expect(past.map(({ id }) => id)).toEqual(['first', 'n', 'third']);
  expect(past[1]).toMatchObject({ title: 'Note', detail: 'Called', who: 'Ann', noteId: 'n' });
});

it('keeps the order of what happened at the same instant', () => {
  const at = '2026-11-01T12:00:00Z';
  expect(pastOf([entry('second', at), entry('first', at)], [], ZONE).map(({ id }) => id)).toEqual(['first', 'second']);
});

it('counts days by the firm’s clock', () => {
  expect(pastOf([entry('late', '2026-11-02T03:00:00Z')], [], ZONE)[0]?.on).toBe('2026-11-01');
});

it('a note of somebody else cannot be deleted', () => {
  const note = { id: 'n', text: 'Called', author: 'Ann', created_at: '2026-11-02T12:00:00Z', can_delete: false };
  expect(pastOf([], [note], ZONE)[0]?.noteId).toBeNull();
});

it('tells what is to come in its order: mails, calls, the due date, promises and ends of holds', () => {
  const promise = { id: 'p', promised_on: '2026-12-04', amount: { amount_minor: 5000, currency: 'USD' }, note: '', state: 'open' } as PromiseToPay;
  const hold = { id: 'h', kind: 'paused', sentence: 'Paused until Dec 2', ends_at: '2026-12-02T05:00:00Z' } as Hold;
  const coming = comingOf(
    {
      invoice: { due_on: '2026-12-03', section: 'active_reminders' },
      plan: [planned({}), planned({ step_position: 2, kind: 'call_task', on: '2026-12-20', at: null, state: 'held', note: 'Paused' })],
      holds: [hold],
      promises: [promise],
    },
    '2026-11-29',
    ZONE,
  );
  expect(coming.map(({ kind }) => kind)).toEqual(['planned', 'hold_ends', 'due', 'promised', 'planned_held']);
  expect(coming[0]).toMatchObject({ title: 'Invoice 1042', detail: 'Step 1, to ada@example.org' });
  expect(coming[3]?.title).toBe('$50.00 is promised');
  expect(coming[4]?.detail).toBe('Step 2. Paused');
});

it('a due date that has passed, and that of a paid invoice, is not to come', () => {
  expect(comingOf({ ...nothing, invoice: { due_on: '2026-11-28', section: 'completed' } }, '2026-11-29', ZONE)).toEqual([]);
  expect(comingOf({ ...nothing, invoice: { due_on: '2026-12-28', section: 'paid' } }, '2026-11-29', ZONE)).toEqual([]);
});
