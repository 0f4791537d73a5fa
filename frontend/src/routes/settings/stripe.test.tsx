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
