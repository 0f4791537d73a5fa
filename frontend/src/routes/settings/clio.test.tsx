import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { ClioConnection, SyncRun } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const connection: ClioConnection = {
  state: 'connected',
  region: 'us',
  account_name: 'Hale & Moreno',
  user_name: 'Dana Hale',
  connected_at: '2026-11-01T10:00:00Z',
  last_read_at: '2026-11-23T13:50:00Z',
  next_read_at: '2026-11-23T14:05:00Z',
  error: null,
  record_strategy: 'automatic',
  log_reminders: false,
  reminder_log: { since: null, failed: 0, uncertain: 0, last_problem: null },
  webhooks: [
    { model: 'bill', status: 'enabled', last_event_at: null, suspended_at: null, expires_at: '2026-12-20T14:05:00Z', problem: null },
    { model: 'contact', status: 'pending', last_event_at: null, suspended_at: null, expires_at: null, problem: 'Clio did not reach us.' },
  ],
  regions: [
    { key: 'us', name: 'United States', host: 'app.clio.com', configured: true, how_to_set_up: null },
    { key: 'eu', name: 'Europe and United Kingdom', host: 'eu.app.clio.com', configured: false, how_to_set_up: 'Set CLIO_EU_CLIENT_ID.' },
  ],
} as ClioConnection;

const run: SyncRun = {
  id: 'r1',
  kind: 'reconciliation',
  state: 'succeeded',
  started_at: '2026-11-23T07:00:00Z',
  finished_at: '2026-11-23T07:03:05Z',
  duration_seconds: 185,
  seconds_left: null,
  attempt: 2,
  bills_read: 1200,
  bills_total: 1200,
  invoices_updated: 3,
  requests_used: 9,
  differences: 1,
  error: null,
};

function answers(changes: Partial<ClioConnection> = {}, role: 'owner' | 'viewer' = 'owner') {
  return {
    'GET /sessions/current': () => ({ body: { ...session, user: { ...session.user, role } } }),
    'GET /firm/setup': () => ({ body: { ...setup, clio_connected: (changes.state ?? 'connected') === 'connected' } }),
    'GET /activity': () => ({ body: activity }),
    'GET /clio/connection': () => ({ body: { ...connection, ...changes } }),
    'POST /clio/connection': () => ({ status: 409, body: { title: 'x', status: 409, detail: 'Not here.', code: 'conflict' } }),
    'GET /sync-runs': () => ({ body: { items: [run] } }),
    'GET /sync-runs/r1/differences': () => ({
      body: {
        items: [{ id: 'd1', kind: 'differs', detail: 'The balance was another one.', clio_id: 5, invoice: { id: 'i1', number: '1042' }, found_at: run.started_at }],
        next_cursor: null,
        total: 1,
      },
    }),
  };
}

it.each([
  ['declined', 'Access was declined'],
  ['wrong_region&region=us', 'That is probably another region of Clio'],
  ['no_billing&user=Dana', 'This Clio user may not see bills'],
  ['other_region&account=Other', 'That Clio account is in another region'],
  ['unreachable', 'Clio could not be reached'],
  ['expired', 'The answer from Clio came too late'],
  ['not_logged_in', 'You were logged out meanwhile'],
  ['constructor', 'Clio is not connected'],
])('says what happened after %s', async (query, title) => {
  fakeApi(answers());
  const { container } = renderApp(`/settings/clio?error=${query}`);
  expect(await screen.findByRole('alert')).toHaveTextContent(title);
  expect(await brokenRules(container)).toEqual([]);
});

it('names both accounts, and connects to the other one only after a typed word', async () => {
  const { calls } = fakeApi(answers());
  const user = userEvent.setup();
  renderApp('/settings/clio?error=other_account&account=Other%20%26%20Co');
  const alert = await screen.findByRole('alert');
  await waitFor(() => expect(alert).toHaveTextContent('This firm is connected to Hale & Moreno.'));
  expect(alert).toHaveTextContent('you were logged in to Other & Co');
  await user.click(within(alert).getByRole('button', { name: 'Connect to the other account' }));
  const dialog = await screen.findByRole('dialog');
  const confirm = within(dialog).getByRole('button', { name: 'Connect to the other account' });
  expect(confirm).toBeDisabled();
  await user.type(within(dialog).getByRole('textbox'), 'CONNECT');
  await user.click(confirm);
  await waitFor(() =>
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ region: 'us', accept_other_account: true }),
  );
});

it('tells everyone on every page that Clio took the access back', async () => {
  fakeApi(answers({ state: 'needs_reconnect' }, 'viewer'));
  renderApp('/settings/sync');
  const banner = await screen.findByRole('region', { name: 'Clio is not connected' });
  expect(banner).toHaveTextContent('Reminders wait until it is connected again. Ask the owner to reconnect.');
  expect(within(banner).queryByRole('button')).toBeNull();
});

it('offers the owner to reconnect right there', async () => {
  const { calls } = fakeApi(answers({ state: 'needs_reconnect' }));
  renderApp('/settings/sync');
  await userEvent.click(await screen.findByRole('button', { name: 'Reconnect to Clio' }));
  await waitFor(() => expect(calls.some(({ method, path }) => method === 'POST' && path === '/clio/connection')).toBe(true));
});

it('switches the log of reminders on, and says from when on', async () => {
  const since = '2026-11-23T14:05:00Z';
  const { calls } = fakeApi({
    ...answers(),
    'PATCH /clio/connection': () => ({
      body: { ...connection, log_reminders: true, reminder_log: { ...connection.reminder_log, since } },
    }),
  });
  const { container } = renderApp('/settings/clio');
  const box = await screen.findByRole('switch', { name: /^Log reminders in Clio/ });
  expect(box).not.toBeChecked();
  expect(screen.getByText('Reminders are not logged in Clio.')).toBeVisible();
  await userEvent.click(box);
  await waitFor(() => expect(box).toBeChecked());
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ log_reminders: true });
  expect(screen.getByText(/^Reminders sent since .* are logged\. None has failed\.$/)).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
});

it('says in words what could not be logged, and lets only the owner switch', async () => {
  const reminder_log = { since: '2026-11-20T14:05:00Z', failed: 2, uncertain: 1, last_problem: 'The bill has no matter.' };
  fakeApi(answers({ log_reminders: true, reminder_log }, 'viewer'));
  renderApp('/settings/clio');
  const title = '2 could not be logged, 1 may or may not have been logged';
  const alert = await screen.findByRole('alert', { name: title });
  expect(alert).toHaveTextContent('The bill has no matter.');
  expect(screen.getByRole('switch', { name: /^Log reminders in Clio/ })).toBeDisabled();
});

it('shows how the runs went, and what a comparison found', async () => {
  fakeApi(answers());
  const { container } = renderApp('/settings/sync');
  const row = (await screen.findByText('Nightly comparison')).closest('tr');
  expect(row).toHaveTextContent('Continued after an interruption');
  expect(row).toHaveTextContent('3 min 5 s1,20039');
  expect(await brokenRules(container)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Show 1' }));
  expect(await screen.findByText('The balance was another one.')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Invoice 1042' })).toBeVisible();
});

it('shows what Clio has suspended, and that it works again', async () => {
  const suspended_at = '2026-11-22T09:00:00Z';
  const hook = { last_event_at: null, expires_at: null, suspended_at, problem: null };
  const webhooks: ClioConnection['webhooks'] = [
    { ...hook, model: 'bill', status: 'suspended' },
    { ...hook, model: 'contact', status: 'enabled' },
  ];
  fakeApi(answers({ webhooks }));
  renderApp('/settings/sync');
  const bills = (await screen.findByText('Suspended by Clio')).closest('tr');
  expect(bills).toHaveTextContent(/^Bills.*Clio had stopped telling us, we saw on .*Nov[^.]*\.Nothing yet/);
  const clients = screen.getByText('Working').closest('tr');
  expect(clients).toHaveTextContent(/^Clients.*It works again\./);
});
