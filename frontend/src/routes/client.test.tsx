import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Client, InvoiceDetail } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, row, session, setup } from '@/testing/samples';

function aClient(override: string | null, changes: Partial<Client> = {}): Client {
  const effective = override ?? 'first@x.org';
  return {
    id: 'c1',
    name: 'Riverside Bakery',
    email: 'first@x.org',
    email_override: override,
    time_zone: null,
    effective_email: effective,
    email_source: override ? 'override' : 'clio',
    email_addresses: [
      { address: 'first@x.org', name: 'Work', primary: true, in_use: effective === 'first@x.org' },
      { address: 'second@x.org', name: 'Home', primary: false, in_use: effective === 'second@x.org' },
    ],
    clio_reminders_enabled: false,
    open_invoices: 1,
    balance: [{ amount_minor: 150_000, currency: 'USD' }],
    ...changes,
  };
}

function staff(answers: Parameters<typeof fakeApi>[0]) {
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /invoices': () => ({ body: { items: [], next_cursor: null, total: 0 } }),
    ...answers,
  });
}

it('shows every address, which one is used and why, and changes it with one click', async () => {
  let override: string | null = null;
  const { calls } = staff({
    'GET /clients/c1': () => ({ body: aClient(override) }),
    'PATCH /clients/c1': ({ body }) => {
      override = (body as { email_override: string | null }).email_override;
      return { body: aClient(override) };
    },
  });
  const user = userEvent.setup();
  const { container } = renderApp('/clients/c1');
  const card = within(await screen.findByRole('region', { name: 'E-mail address' }));
  expect(card.getByText('The primary address in Clio.')).toBeVisible();
  expect(card.queryByRole('button', { name: 'Use first@x.org' })).toBeNull();
  expect(card.queryByRole('button', { name: 'Use Clio’s again' })).toBeNull();
  expect(screen.queryByText('Clio itself also sends reminders to this client')).toBeNull();
  expect(await screen.findByText('No invoices.')).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);

  await user.click(card.getByRole('button', { name: 'Use second@x.org' }));
  await waitFor(() => expect(card.getByText('Set here. It goes before the address in Clio.')).toBeVisible());
  expect(card.getByLabelText('Send reminders to another address')).toHaveValue('second@x.org');

  await user.click(card.getByRole('button', { name: 'Use Clio’s again' }));
  await waitFor(() => expect(card.getByText('The primary address in Clio.')).toBeVisible());
  expect(calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
    { email_override: 'second@x.org' },
    { email_override: null },
  ]);
});

it('says when Clio hides the address, and warns of Clio’s own reminders', async () => {
  const hidden = { email: null, effective_email: null, email_source: null, clio_reminders_enabled: true };
  const old = [{ address: 'first@x.org', name: 'Work', primary: true, in_use: false }];
  staff({ 'GET /clients/c1': () => ({ body: aClient(null, { ...hidden, email_addresses: old }) }) });
  renderApp('/clients/c1');
  expect(await screen.findByText(/Clio shows no primary address for this client now/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Use first@x.org' })).toBeVisible();
  expect(screen.getByText('Clio itself also sends reminders to this client')).toBeVisible();
});

it('shows all matters of a client bill, that it is split, and the same warning', async () => {
  const matters = ['00012-Smith', '00013-Smith'].map((display_number) => ({ id: display_number, display_number }));
  const money = { amount_minor: 150_000, currency: 'USD' };
  const invoice: InvoiceDetail = {
    ...row('1042', { matters, matter: matters[0] ?? null }),
    clio_state: 'awaiting_payment',
    clio_url: 'https://app.clio.com/nc/#/bills/1042',
    recipient: 'first@x.org',
    paid: { ...money, amount_minor: 0 },
    clio_balance: money,
    pending: { ...money, amount_minor: 0 },
    pay_url: null,
    last_read_at: '2026-11-23T13:50:00Z',
    subject: null,
    is_split: true,
    clio_reminders_enabled: true,
  };
  staff({
    'GET /invoices/id-1042': () => ({ body: invoice }),
    'GET /invoices/id-1042/timeline': () => ({ body: { items: [] } }),
    'GET /invoices/id-1042/explanation': () => ({ body: { sentence: 'No e-mail goes.', reasons: [], next: null } }),
  });
  const { container } = renderApp('/invoices/id-1042');
  const facts = within(await screen.findByRole('region', { name: 'Facts' }));
  expect(facts.getByText('00013-Smith')).toBeVisible();
  expect(facts.getByText(/Each has a bill of their own/)).toBeVisible();
  expect(screen.getByText('Clio itself also sends reminders to this client')).toBeVisible();
  expect(await screen.findByText('No e-mail goes.')).toBeVisible();
  expect(await screen.findByRole('region', { name: 'Timeline' })).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
});
