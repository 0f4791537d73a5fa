import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Upcoming, UpcomingPage } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, anUpcoming, session, setup } from '@/testing/samples';

function page(on: string, items: Upcoming[], hours: UpcomingPage['hours'] = []): UpcomingPage {
  return {
    items,
    next_cursor: null,
    total: items.length,
    on,
    today: '2026-11-23',
    next_day: '2026-11-24',
    is_sending_day: true,
    counts: { will_go: items.length, needs_approval: 0, held: 0, safe_mode: 0, vetoed: 0 },
    hours,
  };
}

const QUIET = { ...activity, awaiting_approval: 0, to_call: 0, to_record: 0 };
const NOBODY = () => ({ body: { items: [], next_cursor: null, total: 0 } });

function staff(answers: Parameters<typeof fakeApi>[0] = {}) {
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /blast-guard': () => ({
      body: { state: 'watching', reason: null, tripped_at: null, expected: 40, about_to_leave: 12, at_most: 60, first_day: null },
    }),
    'GET /answers': NOBODY,
    'GET /promises': NOBODY,
    'GET /payments': NOBODY,
    'GET /upcoming': ({ query }) => ({
      body: query.on ? page(query.on, []) : page('2026-11-24', [anUpcoming('1042')], [{ hour: 9, mails: 1 }]),
    }),
    'GET /reminder-sets/variables': () => ({ body: { items: [] } }),
    'POST /upcoming/review': () => ({ status: 204 }),
    ...answers,
  });
}

it('shows both days, what needs a person with its one action, and vetoes in place', async () => {
  const { calls } = staff();
  const user = userEvent.setup();
  const { container } = renderApp('/');
  expect(await screen.findByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
  const tomorrow = await screen.findByRole('region', { name: 'Tomorrow, Nov 24' });
  expect(within(tomorrow).getByText('9 AM')).toBeVisible();
  expect(screen.getByRole('region', { name: 'Today, Nov 23' })).toHaveTextContent('No reminder and no call is planned.');
  const needs = await screen.findByRole('region', { name: 'Needs you' });
  expect(within(needs).getAllByRole('link').map((link) => link.getAttribute('aria-label'))).toEqual([
    'Record: 3 payments to record in Clio',
    'Approve: 1 e-mail waits for your approval',
    'See whom: 1 call to make',
  ]);
  expect(screen.getAllByText('Safe Mode is on').length).toBeGreaterThan(0);
  expect(screen.getByText('Blast guard: at most 60 today')).toBeInTheDocument();
  expect(await brokenRules(container)).toEqual([]);

  await user.click(within(tomorrow).getByRole('button', { name: 'Veto invoice 1042' }));
  await user.type(await screen.findByLabelText('Reason'), 'Not yet');
  await user.click(screen.getByRole('button', { name: 'Veto' }));
  await waitFor(() =>
    expect(calls.find(({ path }) => path === '/upcoming/review')?.body).toMatchObject({ decision: 'veto', reason: 'Not yet' }),
  );
});

it('says that nothing needs anybody, and what comes next', async () => {
  staff({ 'GET /activity': () => ({ body: QUIET }) });
  renderApp('/');
  expect(await screen.findByText('Nothing needs you')).toBeVisible();
  expect(await screen.findByText(/Tomorrow, Nov 24: 1 e-mail is planned/)).toBeVisible();
});

it('does not say so while it does not know', async () => {
  staff({ 'GET /activity': () => ({ body: QUIET }), 'GET /answers': () => ({ status: 500, body: {} }) });
  renderApp('/');
  expect(await screen.findByRole('button', { name: 'Try again' })).toBeVisible();
  expect(screen.queryByText('Nothing needs you')).toBeNull();
});

it.each([true, false])('says what is expected of today only where mails may leave (%s)', async (isSendingDay) => {
  staff({
    'GET /upcoming': ({ query }) => ({
      body: { ...page(query.on ?? '2026-11-24', []), is_sending_day: query.on ? isSendingDay : true },
    }),
  });
  renderApp('/');
  const words = isSendingDay ? 'No reminder and no call is planned.' : 'No e-mail leaves: it is no sending day.';
  const today = await screen.findByRole('region', { name: 'Today, Nov 23' });
  await waitFor(() => expect(today).toHaveTextContent(words));
  expect(await screen.findByText('Blast guard: at most 60 today')).toBeInTheDocument();
  expect(within(today).queryByText(/40 e-mails are expected today/) !== null).toBe(isSendingDay);
});
