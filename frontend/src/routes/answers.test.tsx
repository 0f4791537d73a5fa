import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Answer } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

function anAnswer(changes: Partial<Answer> = {}): Answer {
  return {
    id: 'a1',
    kind: 'paid',
    said: 'I have paid by check on November 20, 2026',
    note: 'By post',
    paid_on: '2026-11-20',
    paid_by: 'check',
    reference: '',
    promised_on: null,
    client: { id: 'c1', name: 'Riverside Bakery' },
    recipient: 'first@x.org',
    invoices: [
      {
        invoice: { id: 'id-1042', number: '1042' },
        balance: { amount_minor: 150_000, currency: 'USD' },
        is_held: true,
        held_until: '2026-11-30T05:00:00Z',
        replaced_at: null,
      },
    ],
    created_at: '2026-11-23T14:00:00Z',
    state: 'open',
    ended_at: null,
    ended_by: null,
    end_note: '',
    ...changes,
  };
}

function staff(given: Answer[]) {
  let answers = given;
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: { ...setup, safe_mode: false } }),
    'GET /activity': () => ({ body: activity }),
    'GET /pauses': () => ({ body: { items: [] } }),
    'GET /promises': () => ({ body: { items: [], next_cursor: null, total: 0 } }),
    'GET /answers': () => ({ body: { items: answers, next_cursor: null, total: answers.length } }),
    'POST /answers/a1/decide': () => {
      answers = [];
      return { body: anAnswer({ state: 'declined' }) };
    },
    'POST /answers/a1/reopen': () => ({ body: anAnswer() }),
  });
}

it('shows what a client answered, and lets a person decline it and take that back', async () => {
  const { calls } = staff([anAnswer()]);
  const user = userEvent.setup();
  const { container } = renderApp('/to-do?tab=answers');
  expect(await screen.findByText('Look for this payment')).toBeVisible();
  expect(screen.getByText('“I have paid by check on November 20, 2026”')).toBeVisible();
  expect(screen.getByText(/Reminders wait until .*30/)).toBeVisible();
  expect(screen.getByRole('link', { name: '1042' })).toHaveAttribute('href', '/invoices/id-1042');
  expect(await brokenRules(container)).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Not found' }));
  expect(await screen.findByText('Nothing to do')).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(calls.some(({ path }) => path === '/answers/a1/reopen')).toBe(true));
  expect(calls.find(({ path }) => path === '/answers/a1/decide')?.body).toEqual({
    verdict: 'decline',
    until: null,
    note: '',
  });
});

it('asks how long reminders wait for a plan', async () => {
  const { calls } = staff([anAnswer({ kind: 'plan', said: 'I need a plan', note: '' })]);
  const user = userEvent.setup();
  renderApp('/to-do?tab=answers');
  await user.click(await screen.findByRole('button', { name: 'Plan agreed…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'A plan is agreed' }));
  await user.type(dialog.getByLabelText(/Reminders wait until/), '2026-12-24');
  await user.type(dialog.getByLabelText(/What was agreed/), 'Two parts');
  await user.click(dialog.getByRole('button', { name: 'Plan agreed' }));
  await waitFor(() =>
    expect(calls.find(({ path }) => path === '/answers/a1/decide')?.body).toEqual({
      verdict: 'accept',
      until: '2026-12-24',
      note: 'Two parts',
    }),
  );
});

it('counts answers beside the navigation and says when none waits', async () => {
  staff([]);
  renderApp('/to-do?tab=answers');
  expect(await screen.findByText('No client’s answer waits for a decision.')).toBeVisible();
});
