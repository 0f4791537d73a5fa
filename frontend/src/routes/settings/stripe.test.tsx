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

it('part payments are allowed, and the smallest part is kept in minor units', async () => {
  let rules = { accepts_parts: false, smallest_part_minor: 0, offers_document: true };
  const { calls } = fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
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
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /stripe/connection': () => ({ body: connection }),
    'GET /pay-page-rules': () => ({ body: { accepts_parts: false, smallest_part_minor: 0, offers_document: true } }),
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
