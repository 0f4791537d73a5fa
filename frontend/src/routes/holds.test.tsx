import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Hold, InvoiceDetail, Pause } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, row, session, setup } from '@/testing/samples';

const money = { amount_minor: 150_000, currency: 'USD' };

const invoice: InvoiceDetail = {
  ...row('1042', { section: 'on_hold', status_note: 'All reminders are paused' }),
  clio_state: 'awaiting_payment',
  clio_url: 'https://app.clio.com/nc/#/bills/1042',
  recipient: 'first@x.org',
  paid: { ...money, amount_minor: 0 },
  clio_balance: money,
  pending: { ...money, amount_minor: 0 },
  pay_url: null,
  last_read_at: '2026-11-23T13:50:00Z',
  subject: null,
  is_split: false,
  clio_reminders_enabled: false,
};

function hold(changes: Partial<Hold>): Hold {
  return {
    id: 'h1',
    kind: 'paused',
    reach: 'invoice',
    sentence: 'Paused.',
    reason: '',
    starts_at: '2026-11-20T15:00:00Z',
    ends_at: null,
    author: 'Ann Example',
    can_resume: true,
    ...changes,
  };
}

function aPause(changes: Partial<Pause> = {}): Pause {
  return {
    reach: 'firm',
    client: null,
    reminder_set: null,
    sentence: 'All reminders are paused: Office move.',
    reason: 'Office move',
    starts_at: '2026-11-20T15:00:00Z',
    ends_at: '2026-12-01T05:00:00Z',
    author: 'Ann Example',
    ...changes,
  };
}

function staff(answers: Parameters<typeof fakeApi>[0]) {
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: { ...setup, safe_mode: false } }),
    'GET /activity': () => ({ body: activity }),
    'GET /pauses': () => ({ body: { items: [] } }),
    'GET /invoices/id-1042': () => ({ body: invoice }),
    'GET /invoices/id-1042/timeline': () => ({ body: { items: [] } }),
    'GET /invoices/id-1042/explanation': () => ({ body: { sentence: 'No e-mail goes.', reasons: [], next: null } }),
    'GET /invoices/id-1042/holds': () => ({ body: { items: [] } }),
    'GET /invoices/id-1042/promises': () => ({ body: { items: [] } }),
    ...answers,
  });
}

it('a pause of everything stands on every page, and can be ended and set again', async () => {
  let pauses = [aPause()];
  const { calls } = staff({
    'GET /pauses': () => ({ body: { items: pauses } }),
    'POST /firm/resume': () => {
      pauses = [];
      return { body: { items: [] } };
    },
    'POST /firm/pause': () => ({ body: { items: [aPause()] } }),
  });
  const user = userEvent.setup();
  renderApp('/invoices/id-1042');
  const banner = within(await screen.findByRole('region', { name: 'All reminders are paused' }));
  expect(banner.getByText(/Office move\. By Ann Example\./)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Pause all reminders' })).toBeNull();
  await user.click(banner.getByRole('button', { name: 'Resume all reminders' }));
  expect(await screen.findByRole('button', { name: 'Pause all reminders' })).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() =>
    expect(calls.find(({ path }) => path === '/firm/pause')?.body).toEqual({
      until: '2026-12-01',
      reason: 'Office move',
    }),
  );
});

it('names each hold of an invoice, who set it, and where it ends', async () => {
  const holds = [
    hold({ kind: 'promise', sentence: 'The client has promised to pay $500.00 by December 1, 2026.' }),
    hold({ id: 'h2', reach: 'client', sentence: 'Reminders to this client are paused.', can_resume: false }),
    hold({ id: null, kind: 'other_sender', sentence: 'Clio itself sends reminders to this client.', starts_at: null, author: null, can_resume: false }),
    hold({ id: null, kind: 'payment_processing', sentence: 'A payment is on its way.', starts_at: null, author: null, can_resume: false }),
  ];
  staff({ 'GET /invoices/id-1042/holds': () => ({ body: { items: holds } }) });
  const { container } = renderApp('/invoices/id-1042');
  const card = within(await screen.findByRole('region', { name: 'Held, if reminders are started' }));
  expect(card.getByText(/\$500\.00 by December 1/)).toBeVisible();
  expect(card.getAllByText(/By Ann Example/)).toHaveLength(2);
  expect(card.getByRole('link', { name: 'Resume on the client’s page' })).toHaveAttribute('href', '/clients/c1');
  expect(card.getByRole('link', { name: 'Change this in Sending rules' })).toBeVisible();
  expect(card.getAllByText('This ends by itself.')).toHaveLength(1);
  expect(await brokenRules(container)).toEqual([]);
});

it('notes a promise to pay a part', async () => {
  const { calls } = staff({
    'POST /invoices/id-1042/promises': () => ({ status: 422, body: { detail: 'Please choose a day from today on.' } }),
  });
  const user = userEvent.setup();
  renderApp('/invoices/id-1042');
  await user.click(await screen.findByRole('button', { name: 'Client says…' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Promise to pay…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'The client promises to pay' }));
  await user.type(dialog.getByLabelText(/Amount/), '500');
  await user.click(dialog.getByRole('button', { name: 'Note the promise' }));
  await waitFor(() => expect(dialog.getByText(/Please choose a day from today on/)).toBeVisible());
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    promised_on: '2026-11-30',
    amount_minor: 50_000,
    note: '',
    jump_position: null,
  });
});

it('a disputed invoice is resolved and not resumed', async () => {
  const disputed = hold({ kind: 'dispute', sentence: 'The client disputes this invoice: The hours.' });
  const { calls } = staff({
    'GET /invoices/id-1042/holds': () => ({ body: { items: [disputed] } }),
    'POST /invoices/id-1042/dispute/resolve': () => ({ body: { items: [] } }),
  });
  const user = userEvent.setup();
  renderApp('/invoices/id-1042');
  await user.click(await screen.findByRole('button', { name: 'Resolve the dispute' }));
  expect(screen.queryByRole('button', { name: 'Client says…' })).toBeNull();
  await user.click(await screen.findByRole('radio', { name: /They stop for good/ }));
  await user.click(screen.getByRole('button', { name: 'Resolve' }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ then: 'stop', note: '' }),
  );
});

it('shows promises due and broken on the To do page', async () => {
  const promise = {
    id: 'p1', invoice: { id: 'id-1042', number: '1042' }, client: { id: 'c1', name: 'Riverside Bakery' },
    promised_on: '2026-11-20', waits_until: null, amount: money, balance: money, note: 'By phone', state: 'broken',
    jump_position: 4, author: 'Ann Example', created_at: '2026-11-16T15:00:00Z', ended_at: '2026-11-23T05:00:00Z',
  };
  staff({ 'GET /promises': () => ({ body: { items: [promise], next_cursor: null, total: 1 } }) });
  renderApp('/to-do?tab=promises');
  expect(await screen.findByText('Reminders went on with step 4.', { exact: false })).toBeVisible();
  expect(screen.getByText('Broken')).toBeVisible();
  expect(screen.getByRole('link', { name: '1042' })).toHaveAttribute('href', '/invoices/id-1042');
});
