import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, row, session, setup } from '@/testing/samples';

const invoice = {
  ...row('1042', { section: 'active_reminders', due_on: '2026-11-20', days_overdue: 3, collection: { id: 'c1', reminder_set_name: 'Standard', started_by_rule: null, next_reminder_at: null, last_reminder_at: null } }),
  clio_state: 'awaiting_payment',
  clio_url: 'https://app.clio.com/nc/#/bills/1',
  recipient: 'ada@example.org',
  paid: { amount_minor: 0, currency: 'USD' },
  clio_balance: { amount_minor: 150_000, currency: 'USD' },
  pending: { amount_minor: 0, currency: 'USD' },
  pay_url: 'http://x/pay/1',
  last_read_at: '2026-11-23T13:00:00Z',
  subject: null,
  is_split: false,
  clio_reminders_enabled: false,
};
const sent = { id: 't1', at: '2026-11-21T15:00:00Z', kind: 'reminder_sent', title: 'Reminder 1 was sent to ada@example.org', detail: null, actor: null, reminder_id: 'r1', payment_id: null };
const next = { step_position: 2, occurrence: 1, kind: 'email', subject: 'Invoice 1042', on: '2026-11-27', at: '2026-11-27T15:00:00Z', recipient: 'ada@example.org', state: 'planned', note: null };
const waiting = [{ code: 'queued', sentence: 'The mail is ready but waits: Safe Mode is on.' }];
const empty = () => ({ body: { items: [] } });

function open() {
  let notes: object[] = [{ id: 'n1', text: 'Called on Friday', author: 'Ann Example', created_at: '2026-11-22T15:00:00Z', can_delete: true }];
  const note = { id: 'n2', text: 'Pays soon', author: 'Ann Example', created_at: '2026-11-23T13:30:00Z', can_delete: true };
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /invoices/id-1042': () => ({ body: invoice }),
    'GET /invoices/id-1042/timeline': () => ({ body: { items: [sent] } }),
    'GET /invoices/id-1042/notes': () => ({ body: { items: notes } }),
    'POST /invoices/id-1042/notes': () => {
      notes = [note, ...notes];
      return { status: 201, body: note };
    },
    'DELETE /invoice-notes/n1': () => {
      notes = notes.slice(0, 1);
      return { status: 204 };
    },
    'POST /invoice-notes/n1/restore': () => ({ body: note }),
    'GET /invoices/id-1042/holds': empty,
    'GET /invoices/id-1042/promises': empty,
    'GET /invoices/id-1042/explanation': ({ query }) => ({ body: { sentence: `Asked about ${query.on ?? ''}.`, reasons: waiting, next: null } }),
    'GET /collections/c1/plan': () => ({ body: { items: [next] } }),
  });
}

it('tells past and future in one line, with notes that can be written, deleted and brought back', async () => {
  const { calls } = open();
  const user = userEvent.setup();
  const { container } = renderApp('/invoices/id-1042');
  const timeline = within(await screen.findByRole('region', { name: 'Timeline' }));
  await timeline.findByText('Called on Friday');
  expect(await timeline.findByText(/ready but waits/)).toBeVisible();
  await timeline.findByText(/Step 2, to ada@example\.org/);
  const order = ['Reminder 1 was sent', 'Called on Friday', 'Today, Monday', 'Step 2, to'];
  const text = screen.getByRole('region', { name: 'Timeline' }).textContent;
  expect(order.map((each) => text.indexOf(each)).toSorted((one, other) => one - other)).toEqual(order.map((each) => text.indexOf(each)));
  expect(await brokenRules(container)).toEqual([]);

  await user.keyboard('n');
  const field = timeline.getByRole('textbox', { name: 'Write a note' });
  expect(field).toHaveFocus();
  await user.keyboard('Pays soon');
  await user.click(timeline.getByRole('button', { name: 'Add the note' }));
  expect(await timeline.findByText('Pays soon')).toBeVisible();
  expect(field).toHaveValue('');

  await user.click(timeline.getAllByRole('button', { name: 'Delete the note' })[0] as HTMLElement);
  await waitFor(() => expect(timeline.queryByText('Called on Friday')).toBeNull());
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(calls.some(({ path }) => path === '/invoice-notes/n1/restore')).toBe(true));

  await user.click(timeline.getByRole('button', { name: /Why\? Nov 27/ }));
  expect(await screen.findByText('Asked about 2026-11-27.')).toBeVisible();
});
