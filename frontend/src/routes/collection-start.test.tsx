import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { renderApp } from '@/testing/render-app';
import { activity, session, setup, step } from '@/testing/samples';

const set = {
  id: 's1',
  name: 'Standard',
  description: 'For most clients',
  version: 1,
  steps_count: 2,
  active_collections: 0,
  needs_approval: false,
  ready_made: null,
  steps_in_brief: [step(), step({ offset_days: 30 })],
  archived_at: null,
  updated_at: '2026-11-20T14:00:00Z',
  steps: [step({ id: 'a' }), step({ id: 'b', offset_days: 30 })],
};
const preview = {
  startable: 3,
  clients: 2,
  balances: [{ amount_minor: 450_000, currency: 'USD' }],
  first_steps: [{ step_position: 1, count: 1 }, { step_position: 2, count: 1 }],
  refused: [{ invoice_id: 'x', number: '1001', client_name: 'Riverside Bakery', reason: 'There is no e-mail address to send to.' }],
  first_mails: [
    { invoice_id: 'y', number: '1042', client_name: 'Ada', recipient: 'ada@example.org', step_position: 1, subject: 'Invoice 1042', at: '2026-11-24T15:00:00Z', on: '2026-11-24' },
  ],
  mails_by_day: [],
  warnings: [],
};

it('says who, from which step, when and to whom, and who not, before the one confirmation', async () => {
  const { calls } = fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /reminder-sets': () => ({ body: { items: [set], next_cursor: null } }),
    'GET /reminder-sets/s1': () => ({ body: set }),
    'POST /collections/preview': () => ({ body: preview }),
    'POST /collections': () => ({ status: 201, body: { started: 3, refused: [] } }),
    'GET /invoices': () => ({ body: { items: [], next_cursor: null } }),
    'GET /invoices/sections': () => ({ body: { items: [] } }),
  });
  renderApp('/collections/start?invoice=y');
  expect(await screen.findByText('3 invoices of 2 clients, $4,500.00')).toBeVisible();
  for (const text of [
    'The first e-mail leaves Nov 24. 1 invoice cannot be reminded.',
    '3 collections would start. They begin with step 1 (1) and step 2 (1). For 1 invoice nothing is planned in the next 90 days.',
    'ada@example.org',
    '+7, +30 days from the due date',
  ])
    expect(screen.getByText(text)).toBeVisible();
  const refused = within(screen.getByRole('group', { name: 'Invoices that cannot be reminded' }));
  expect(refused.getByText(/There is no e-mail address/)).toBeVisible();
  expect(refused.getByRole('link', { name: '1001' })).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Start Collection' }));
  await waitFor(() => expect(calls.filter(({ path, method }) => path === '/collections' && method === 'POST')).toHaveLength(1));
  expect(await screen.findByText('3 collections started.')).toBeVisible();
});
