import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { fakeApi, problem } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, row, session, setup } from '@/testing/samples';

const rows = [
  row('1001'),
  row('1002', { client: { id: 'c2', name: 'Ocean Freight' }, remindable: false, status_note: 'No e-mail address' }),
];
const sections = [
  { section: 'no_reminders', count: 250, totals: [{ amount_minor: 300_000, currency: 'USD' }] },
  { section: 'active_reminders', count: 0, totals: [] },
  { section: 'on_hold', count: 0, totals: [] },
  { section: 'completed', count: 0, totals: [] },
  { section: 'paid', count: 4, totals: [{ amount_minor: 99, currency: 'USD' }] },
];
const answers = {
  'GET /sessions/current': () => ({ body: session }),
  'GET /firm/setup': () => ({ body: setup }),
  'GET /activity': () => ({ body: activity }),
  'GET /invoices/sections': () => ({ body: { items: sections } }),
  'GET /invoices': () => ({ body: { items: rows, next_cursor: null, total: 250 } }),
  'GET /reminder-sets': () => ({ body: { items: [], next_cursor: null } }),
};

const choices = { clients: [], matters: [], attorneys: [], practice_areas: [], currencies: ['USD'] };

beforeEach(() => window.sessionStorage.clear());

it('shows the sections with counts and totals, and why an invoice cannot be reminded', async () => {
  fakeApi(answers);
  const { container } = renderApp('/invoices');
  const tab = await screen.findByRole('tab', { name: /No reminders/ });
  await waitFor(() => expect(tab).toHaveTextContent('250$3,000.00'));
  expect(screen.getAllByRole('tab').map((entry) => entry.textContent?.replace(/\d.*|–.*/, '').trim())).toEqual([
    'No reminders',
    'Active Reminders',
    'On hold',
    'Completed',
    'Paid',
  ]);
  expect(await screen.findByText('Ocean Freight', { selector: 'a' })).toBeVisible();
  expect(screen.getAllByText('No e-mail address').length).toBeGreaterThan(0);
  expect(await brokenRules(container)).toEqual([]);
});

it('selects a page, then all that match, and starts a collection for them', async () => {
  fakeApi(answers);
  const user = userEvent.setup();
  const { router } = renderApp('/invoices?q=100');
  await user.click(await screen.findByRole('checkbox', { name: 'Select all shown' }));
  expect(screen.getByText('2 invoices selected')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Select all 250 that match' }));
  await user.click(screen.getByRole('button', { name: 'Start Collection' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/collections/start'));
  expect(router.state.location.search).toEqual({ all: 'true', section: 'no_reminders', q: '100' });
  expect(await screen.findByText('There is no reminder set yet')).toBeVisible();
});

it('works by keys', async () => {
  fakeApi(answers);
  const user = userEvent.setup();
  renderApp('/invoices');
  await screen.findByRole('checkbox', { name: 'Select invoice 1001' });
  await user.keyboard('jjx');
  expect(screen.getByRole('checkbox', { name: 'Select invoice 1002' })).toBeChecked();
  expect(screen.getByRole('checkbox', { name: 'Select invoice 1001' })).not.toBeChecked();
  await user.keyboard('/');
  expect(screen.getByRole('searchbox')).toHaveFocus();
  await user.keyboard('xj');
  expect(screen.getByText('1 invoice selected')).toBeVisible();
});

it('resyncs and says what it brought', async () => {
  const run = {
    id: 'r1',
    kind: 'resync',
    state: 'running',
    started_at: '2026-11-23T14:00:00Z',
    finished_at: null,
    seconds_left: 200,
    bills_read: 40,
    bills_total: 200,
    invoices_updated: 0,
    requests_used: 1,
    error: null,
  };
  const { calls } = fakeApi({
    ...answers,
    'POST /sync-runs': () => ({ status: 202, body: run }),
    'GET /sync-runs/r1': () => ({ body: { ...run, state: 'succeeded', bills_read: 200, invoices_updated: 3 } }),
  });
  const user = userEvent.setup();
  renderApp('/invoices');
  await user.click(await screen.findByRole('button', { name: 'Resync' }));
  expect(await screen.findByText('40 of 200 bills, about 3 minutes left')).toBeVisible();
  expect(await screen.findByText('3 invoices updated', {}, { timeout: 5000 })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Reload this page' })).toBeVisible();
  await waitFor(() => expect(calls.filter((call) => call.path === '/invoices').length).toBeGreaterThan(1));
});

it("shows an error in the API's words, and tries again", async () => {
  let isBroken = true;
  fakeApi({
    ...answers,
    'GET /invoices': () =>
      isBroken ? problem(403, 'forbidden', 'Your role may not see invoices.') : { body: { items: rows, next_cursor: null } },
  });
  const user = userEvent.setup();
  renderApp('/invoices');
  const panel = await screen.findByRole('alert');
  expect(panel).toHaveTextContent('Your role may not see invoices.');
  isBroken = false;
  await user.click(within(panel).getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('link', { name: '1001' })).toBeVisible();
});

it('asks before Safe Mode is switched off, and says how many e-mails wait', async () => {
  const { calls } = fakeApi({ ...answers, 'PATCH /firm/sending-rules': () => ({ body: { safe_mode: false } }) });
  const user = userEvent.setup();
  renderApp('/invoices');
  await user.click(await screen.findByRole('button', { name: 'Switch Safe Mode off' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('4 e-mails are waiting');
  await user.click(within(dialog).getByRole('button', { name: 'Switch Safe Mode off' }));
  await waitFor(() => expect(calls.find((call) => call.method === 'PATCH')?.body).toEqual({ safe_mode: false }));
});

it('filters by what stands in the address, and takes a filter away again', async () => {
  const { calls } = fakeApi({ ...answers, 'GET /auto-collect-rules/choices': () => ({ body: choices }) });
  const user = userEvent.setup();
  const { router } = renderApp('/invoices?age=days_31_60&currency=USD');
  expect(await screen.findByText('Age: 31–60 days overdue')).toBeVisible();
  expect(screen.getByText('Currency: USD')).toBeVisible();
  const asked = () => calls.filter(({ path }) => path === '/invoices').at(-1)?.query;
  expect(asked()).toMatchObject({ overdue_from: '31', overdue_to: '60', currency: 'USD' });
  expect(screen.getByRole('link', { name: 'Download as CSV' }).getAttribute('href')).toContain('currency=USD');
  await user.click(screen.getByRole('button', { name: 'Remove the filter Age' }));
  await waitFor(() => expect(router.state.location.search).toEqual({ currency: 'USD' }));
  await waitFor(() => expect(asked()).not.toHaveProperty('overdue_from'));
});

it('says whom a pause concerns and who is left out, pauses once, and offers to undo', async () => {
  const { calls } = fakeApi({
    ...answers,
    'POST /collection-changes/preview': () => ({
      body: { possible: 1, refused: [{ invoice_id: 'i-1002', number: '1002', client_name: 'Ocean Freight', reason: 'No reminders are active.' }] },
    }),
    'POST /collection-changes': () => ({ body: { invoice_ids: ['i-1001'], refused: [] } }),
  });
  const user = userEvent.setup();
  renderApp('/invoices?section=active_reminders');
  await user.click(await screen.findByRole('checkbox', { name: 'Select all shown' }));
  await user.click(screen.getByRole('button', { name: 'Change reminders' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Pause' }));
  const dialog = await screen.findByRole('dialog', { name: 'Pause reminders' });
  expect(await within(dialog).findByText('Left out: 1 invoice')).toBeVisible();
  expect(within(dialog).getByText('No reminders are active. 1002')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Pause 1 invoice' }));
  expect(await screen.findByText('1 invoice paused.')).toBeVisible();
  expect(screen.getByText('None selected')).toBeVisible();
  const changes = () => calls.filter(({ path, method }) => path === '/collection-changes' && method === 'POST');
  expect(changes()).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(changes().at(-1)?.body).toMatchObject({ action: 'resume', selection: { invoice_ids: ['i-1001'] } }));
});
