import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const connection = {
  state: 'not_connected',
  account_name: null,
  livemode: null,
  key_hint: null,
  webhook: 'missing',
  connected_at: null,
  error: null,
  permissions: [],
};

/** What the page asks for besides. */
const around = {
  'GET /sessions/current': () => ({ body: session }),
  'GET /firm/setup': () => ({ body: setup }),
  'GET /activity': () => ({ body: activity }),
  'GET /pay-page-rules': () => ({ body: { accepts_parts: false, smallest_part_minor: 0, offers_document: true } }),
};

it('part payments are allowed, and the smallest part is kept in minor units', async () => {
  let rules = { accepts_parts: false, smallest_part_minor: 0, offers_document: true };
  const { calls } = fakeApi({
    ...around,
    'GET /stripe/connection': () => ({ body: connection }),
    'GET /pay-page-rules': () => ({ body: rules }),
    'PATCH /pay-page-rules': ({ body }) => ({ body: (rules = { ...rules, ...(body as object) }) }),
  });
  const { container } = renderApp('/settings/stripe');
  await userEvent.click(await screen.findByRole('switch', { name: /may pay a part/ }));
  const smallest = await screen.findByLabelText('Smallest part');
  await userEvent.clear(smallest);
  await userEvent.type(smallest, '25.50');
  await userEvent.tab();
  expect(calls.filter((call) => call.method === 'PATCH').map((call) => call.body)).toEqual([
    { accepts_parts: true },
    { smallest_part_minor: 2550 },
  ]);
  expect(await brokenRules(container)).toEqual([]);
});

const permission = (key: string, name: string, isGranted: boolean, withoutIt: string | null) => ({
  key,
  name,
  access: 'Read',
  purpose: `Needed for ${name}.`,
  is_granted: isGranted,
  is_required: withoutIt === null,
  without_it: withoutIt,
});

it('a refused key is shown permission by permission; the payouts have to be confirmed', async () => {
  const list = [
    permission('dispute_read', 'Disputes', false, null),
    permission('event_read', 'Events', false, 'Catching up takes longer.'),
    permission('charge_read', 'Charges', true, null),
  ];
  let isGood = false;
  const { calls } = fakeApi({
    ...around,
    'GET /stripe/connection': () => ({ body: connection }),
    'POST /stripe/connection': () =>
      isGood
        ? {
            body: {
              ...connection,
              state: 'connected',
              account_name: 'Example LLP',
              permissions: list.slice(1),
              permissions_checked_at: '2026-03-02T15:00:00Z',
            },
          }
        : {
            status: 422,
            body: { code: 'stripe_key_lacks_permissions', detail: 'The key lacks permissions.', permissions: list },
          },
  });
  const { container } = renderApp('/settings/stripe');
  await userEvent.type(await screen.findByLabelText(/Restricted key/), 'rk_test_key');
  await userEvent.click(screen.getByRole('checkbox', { name: /operating account, never/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Connect to Stripe' }));
  const found = await screen.findByRole('list', { name: 'Permissions of the key' });
  expect([...found.querySelectorAll('li')].map((item) => item.textContent)).toEqual([
    'Missing: Disputes: ReadNeeded for Disputes.',
    'Missing, not required: Events: ReadCatching up takes longer.',
    'Allowed: Charges: ReadNeeded for Charges.',
  ]);
  expect(await brokenRules(container)).toEqual([]);
  isGood = true;
  await userEvent.click(screen.getByRole('button', { name: 'Connect to Stripe' }));
  expect(await screen.findByRole('button', { name: 'Replace the key…' })).toBeVisible();
  expect(calls.filter((call) => call.path.endsWith('/stripe/connection') && call.method === 'POST').at(-1)?.body).toEqual({
    api_key: 'rk_test_key',
    pays_operating_account: true,
  });
});

it('key and signing secret are replaced, and the key is tried out again', async () => {
  const connected = {
    ...connection,
    state: 'connected',
    account_name: 'Example LLP',
    webhook: 'created',
    permissions: [permission('dispute_read', 'Disputes', false, null)],
    permissions_checked_at: '2026-03-02T15:00:00Z',
  };
  const { calls } = fakeApi({
    ...around,
    'GET /stripe/connection': () => ({ body: connected }),
    'POST /stripe/connection': () => ({ body: connected }),
    'POST /stripe/connection/check': () => ({ body: { ...connected, permissions: [permission('dispute_read', 'Disputes', true, null)] } }),
    'POST /stripe/connection/rotate-webhook': () => ({ body: connected }),
  });
  renderApp('/settings/stripe');
  expect(await screen.findByText(/cannot be taken while the key lacks/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
  expect(await screen.findByText('The key was tried out again.')).toBeVisible();
  expect(screen.queryByText(/cannot be taken while the key lacks/)).not.toBeInTheDocument();

  await userEvent.click(screen.getByRole('button', { name: 'Replace the signing secret…' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Replace the secret' }));
  expect(await screen.findByText('The signing secret was replaced.')).toBeVisible();

  await userEvent.click(screen.getByRole('button', { name: 'Replace the key…' }));
  await userEvent.type(await screen.findByLabelText(/Restricted key/), 'rk_test_other');
  await userEvent.click(screen.getByRole('button', { name: 'Replace the key' }));
  expect(await screen.findByText('The key was replaced')).toBeVisible();
  const posts = calls.filter((call) => call.method === 'POST').map((call) => call.path.split('/stripe/')[1]);
  expect(posts).toEqual(['connection/check', 'connection/rotate-webhook', 'connection']);
});

it.each([
  ['confirmed', '2026-11-02T15:00:00Z', false],
  ['not yet confirmed', null, true],
])('warns of payouts into trust where that is %s', async (_, confirmedAt, isWarned) => {
  fakeApi({
    ...around,
    'GET /stripe/connection': () => ({
      body: {
        ...connection, state: 'connected', account_name: 'Hale & Moreno LLP', payout_confirmed_at: confirmedAt,
        payout_confirmed_by: confirmedAt ? 'Dana Hale' : null,
      },
    }),
  });
  renderApp('/settings/stripe');
  expect(await screen.findByText('Connected', { selector: 'span' })).toBeVisible();
  expect(screen.queryByText('Never pay out into a trust (IOLTA) account') !== null).toBe(isWarned);
  expect(screen.queryByText(/operating account, as Dana Hale said/) !== null).toBe(!isWarned);
});
