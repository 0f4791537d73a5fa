import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { fakeApi, problem } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const loggedOut = () => problem(401, 'not_logged_in', 'Please log in.');

it('goes to the log-in page, and back to where one wanted to be', async () => {
  let isIn = false;
  const { calls } = fakeApi({
    'GET /sessions/current': () => (isIn ? { body: session } : loggedOut()),
    'GET /accounts/sign-up': () => ({ body: { open: false } }),
    'POST /sessions': ({ body }) => {
      isIn = (body as { password: string }).password === 'right horse battery';
      return isIn ? { status: 201, body: session } : problem(401, 'not_logged_in', 'The password is not right.');
    },
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /payments': () => ({ body: { items: [], next_cursor: null } }),
  });
  const user = userEvent.setup();
  const { router, container } = renderApp('/payments');
  await user.type(await screen.findByLabelText('E-mail address'), 'ann@example.com');
  expect(await brokenRules(container)).toEqual([]);
  await user.type(screen.getByLabelText('Password'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The password is not right.');

  await user.clear(screen.getByLabelText('Password'));
  await user.type(screen.getByLabelText('Password'), 'right horse battery');
  await user.click(screen.getByRole('button', { name: 'Log in' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/payments'));
  expect(await screen.findByText('No payments yet')).toBeVisible();
  expect(calls.filter((call) => call.method === 'POST').at(-1)?.body).toEqual({
    email: 'ann@example.com',
    password: 'right horse battery',
  });
});

it("never leads to another site's address", async () => {
  fakeApi({
    'GET /accounts/sign-up': () => ({ body: { open: false } }),
    'POST /sessions': () => ({ status: 201, body: session }),
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: { ...setup, clio_connected: false } }),
    'GET /clio/connection': () => ({ body: { regions: [] } }),
  });
  const user = userEvent.setup();
  const { router } = renderApp('/log-in?back=//evil.example/x');
  await user.type(await screen.findByLabelText('E-mail address'), 'ann@example.com');
  await user.type(screen.getByLabelText('Password'), 'right horse battery');
  await user.click(screen.getByRole('button', { name: 'Log in' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/welcome'));
});

it('says so when the API is away, and tries again', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  renderApp('/payments');
  expect(await screen.findByRole('alert')).toHaveTextContent('No answer from Invoice Tracker');
  expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
});
