import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { BlastGuard, Upcoming, UpcomingPage } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, anUpcoming, session, setup } from '@/testing/samples';

const GUARD: BlastGuard = {
  state: 'watching',
  reason: null,
  tripped_at: null,
  expected: 40,
  about_to_leave: 12,
  at_most: 60,
  first_day: null,
};

function page(items: Upcoming[], on = '2026-11-24'): UpcomingPage {
  return {
    items,
    next_cursor: null,
    total: items.length,
    on,
    today: '2026-11-23',
    next_day: '2026-11-24',
    is_sending_day: true,
    counts: { will_go: items.length, needs_approval: 0, held: 0, safe_mode: 0, vetoed: 0 },
    hours: [],
  };
}

function staff(answers: Parameters<typeof fakeApi>[0], items: Upcoming[]) {
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /blast-guard': () => ({ body: GUARD }),
    'GET /upcoming': ({ query }) => ({ body: page(items, query.on) }),
    'POST /upcoming/review': () => ({ status: 204 }),
    'POST /upcoming/undo': () => ({ status: 204 }),
    'GET /reminder-sets/variables': () => ({ body: { items: [] } }),
    ...answers,
  });
}

const ASKS = anUpcoming('1042', { state: 'needs_approval', can_approve: true });
const GOES = anUpcoming('1043', { shares_mail_with: ['1044'] });

it('shows the next day, approves several at once, and vetoes with a reason', async () => {
  const { calls } = staff({}, [ASKS, GOES]);
  const user = userEvent.setup();
  const { container } = renderApp('/to-do?tab=upcoming');
  expect(await screen.findByText('Invoice 1042')).toBeVisible();
  expect(screen.getByText(/in one e-mail with 1044/)).toBeVisible();
  expect(screen.getByText('Tomorrow, Nov 24')).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);

  await user.click(screen.getByLabelText('Select all shown'));
  await user.click(screen.getByRole('button', { name: 'Approve 1' }));
  await waitFor(() => expect(calls.some(({ path }) => path === '/upcoming/review')).toBe(true));
  expect(calls.find(({ path }) => path === '/upcoming/review')?.body).toEqual({
    collection_id: 'c-1042', step_id: 's1', occurrence: 1, decision: 'approve', reason: '',
  });

  await user.click(screen.getByRole('button', { name: 'Veto invoice 1043' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText('Reason'), 'They called');
  await user.click(dialog.getByRole('button', { name: 'Veto' }));
  await waitFor(() =>
    expect(calls.filter(({ path }) => path === '/upcoming/review').at(-1)?.body).toMatchObject({
      decision: 'veto', reason: 'They called', collection_id: 'c-1043',
    }),
  );
});

it('is worked by keys: down, undo', async () => {
  const { calls } = staff({}, [ASKS, anUpcoming('1050', { state: 'vetoed', can_veto: false, can_undo: true })]);
  const user = userEvent.setup();
  renderApp('/to-do?tab=upcoming');
  await screen.findByText('Invoice 1050');
  await user.keyboard('jju');
  await waitFor(() => expect(calls.find(({ path }) => path === '/upcoming/undo')?.body).toMatchObject({ collection_id: 'c-1050' }));
});

it('edits one e-mail with a live preview', async () => {
  const { calls } = staff(
    {
      'POST /upcoming/draft': ({ body }) => {
        const text = body as { subject?: string; body?: string };
        return {
          body: {
            subject: text.subject ?? 'Invoice {{ invoice.number }}',
            body: text.body ?? 'Dear client',
            body_format: 'plain',
            rendered_subject: `Rendered ${text.subject ?? 'as it is'}`,
            html: '<p>mail</p>',
            text: 'mail',
            problems: [],
          },
        };
      },
    },
    [ASKS],
  );
  const user = userEvent.setup();
  renderApp('/to-do?tab=upcoming');
  await user.click(await screen.findByRole('button', { name: 'Edit invoice 1042' }));
  const subject = await screen.findByLabelText('Subject');
  expect(await screen.findByText('Rendered as it is')).toBeVisible();
  await user.clear(subject);
  await user.type(subject, 'Hello');
  expect(await screen.findByText('Rendered Hello', undefined, { timeout: 3000 })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save and approve' }));
  await waitFor(() =>
    expect(calls.find(({ path }) => path === '/upcoming/review')?.body).toMatchObject({
      decision: 'edit', subject: 'Hello', body: 'Dear client',
    }),
  );
});

it('edits an e-mail that was written as rich text without showing its tags', async () => {
  const draft = { subject: 'Hello', body_format: 'rich', rendered_subject: 'Hello', html: '<p>mail</p>', text: 'mail', problems: [] };
  staff({ 'POST /upcoming/draft': () => ({ body: { ...draft, body: '<p>Dear <strong>client</strong></p>' } }) }, [ASKS]);
  const user = userEvent.setup();
  renderApp('/to-do?tab=upcoming');
  await user.click(await screen.findByRole('button', { name: 'Edit invoice 1042' }));
  const text = await screen.findByRole('textbox', { name: 'Text' });
  expect(text.textContent).toBe('Dear client');
  expect(text.querySelector('strong')).toHaveTextContent('client');
});

it('stops on every page when the guard has tripped, until the owner decides', async () => {
  let guard: BlastGuard = { ...GUARD, state: 'tripped', reason: 'The blast guard has stopped everything: 120 mails.', about_to_leave: 120 };
  const { calls } = staff(
    {
      'GET /blast-guard': () => ({ body: guard }),
      'POST /blast-guard/release': () => {
        guard = { ...GUARD, state: 'released' };
        return { body: guard };
      },
    },
    [],
  );
  const user = userEvent.setup();
  renderApp('/to-do?tab=upcoming&on=today');
  const banner = within(await screen.findByRole('region', { name: 'The blast guard has stopped everything' }));
  expect(await screen.findByText('Nothing is planned')).toBeVisible();
  expect(screen.getByText(/40 e-mails are expected today; more than 60 would stop everything/)).toBeVisible();
  await user.click(banner.getByRole('button', { name: 'Send them' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Send them' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: 'The blast guard has stopped everything' })).toBeNull());
  expect(calls.some(({ path }) => path === '/blast-guard/release')).toBe(true);
});
