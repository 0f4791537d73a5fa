import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi, problem } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup, step } from '@/testing/samples';

const set = {
  id: 's1',
  name: 'Standard',
  description: 'For most clients',
  version: 3,
  steps_count: 2,
  active_collections: 5,
  archived_at: null,
  updated_at: '2026-11-20T14:00:00Z',
  steps: [step({ id: 'a', offset_days: 0 }), step({ id: 'b', offset_days: 7 })],
};
const answers = {
  'GET /sessions/current': () => ({ body: session }),
  'GET /firm/setup': () => ({ body: setup }),
  'GET /activity': () => ({ body: activity }),
  'GET /invoices': () => ({ body: { items: [], next_cursor: null } }),
  'GET /reminder-sets': () => ({ body: { items: [set], next_cursor: null } }),
  'GET /reminder-sets/s1': () => ({ body: set }),
  'GET /reminder-sets/ready-made': () => ({ body: { items: [] } }),
  'GET /reminder-sets/variables': () => ({ body: { items: [] } }),
  'POST /reminder-sets/lint': () => ({
    body: { items: [{ step_index: 1, level: 'warning', field: 'body', message: 'There is no amount.' }] },
  }),
  'POST /reminder-sets/mail-preview': () => ({
    body: { subject: 'Invoice 1042', html: '<p>Hello</p>', text: 'Hello', problems: [], invoice_number: null },
  }),
};

const difference = {
  running: 5,
  collections: [],
  days: [{ on: '2026-11-24', before: 1, after: 15 }],
  mails_before: 20,
  mails_after: 34,
};

it('edits, reorders and saves a new version of what was read', async () => {
  const { calls } = fakeApi({
    ...answers,
    'GET /reminder-sets/s1': () => ({ body: { ...set, active_collections: 0 } }),
    'PUT /reminder-sets/s1': ({ body }) => ({ body: { ...set, ...(body as object), version: 4 } }),
  });
  const user = userEvent.setup();
  const { container } = renderApp('/reminder-sets/s1');
  expect(await screen.findByText(/Version 3\. Saved\./)).toBeVisible();
  const second = screen.getByRole('slider', { name: /^Step 2/ });
  await waitFor(() => expect(second).toHaveAttribute('aria-valuetext', '7 days after the due date, 1 note'));
  expect(await brokenRules(container)).toEqual([]);

  await user.click(second);
  second.focus();
  expect(screen.getByText('There is no amount.')).toBeVisible();
  await user.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await user.clear(screen.getByRole('textbox', { name: 'Subject' }));
  await user.type(screen.getByRole('textbox', { name: 'Subject' }), 'Note');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText(/Version 4\. Saved\./)).toBeVisible();
  const saved = calls.find((call) => call.method === 'PUT' && call.path === '/reminder-sets/s1')?.body as { version: number; steps: { id: string; subject: string }[] };
  expect(saved.version).toBe(3);
  expect(saved.steps.map(({ id, subject }) => [id, subject])).toEqual([
    ['b', 'Note'],
    ['a', 'Invoice {{ invoice.number }}'],
  ]);
});

it('moves a step by keys, in step with the fields and the order', async () => {
  fakeApi(answers);
  const user = userEvent.setup();
  renderApp('/reminder-sets/s1');
  const second = await screen.findByRole('slider', { name: /^Step 2/ });
  second.focus();
  await user.keyboard('{Enter}');
  expect(screen.getByRole('textbox', { name: 'Number' })).toHaveValue('7');
  await user.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}');
  expect(second).toHaveAttribute('aria-valuetext', expect.stringMatching(/^8 days after/));
  expect(screen.getByRole('textbox', { name: 'Number' })).toHaveValue('8');
  await user.keyboard('{Shift>}{ArrowLeft}{ArrowLeft}{/Shift}');
  expect(second).toHaveFocus();
  expect(second).toHaveAccessibleName(/^Step 1/);
  expect(second).toHaveAttribute('aria-valuenow', '-6');
  expect(screen.getByText('Step 2 is step 1 now.')).toBeInTheDocument();
  expect(screen.getByRole('heading', { name: 'Step 1 of 2' })).toBeVisible();
});

it('tells what a change means for collections under way, and moves them', async () => {
  const { calls } = fakeApi({
    ...answers,
    'PUT /reminder-sets/s1': ({ body }) => ({ body: { ...set, ...(body as object), version: 4 } }),
    'POST /reminder-sets/s1/difference': () => ({ body: difference }),
    'POST /reminder-sets/s1/move': () => ({ body: { moved: 5 } }),
  });
  const user = userEvent.setup();
  renderApp('/reminder-sets/s1');
  const second = await screen.findByRole('slider', { name: /^Step 2/ });
  await user.click(second);
  second.focus();
  await user.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Save as a new version' }));
  expect(await dialog.findByText(/14 e-mails more within 90 days: 34 instead of 20/)).toBeVisible();
  expect(dialog.getByText(/\+14 on/)).toBeVisible();
  const changed = within(dialog.getByRole('list', { name: 'What you changed' }));
  expect(changed.getByText('Step 1 was step 2')).toBeVisible();
  await user.click(dialog.getByRole('radio', { name: /Move all of them/ }));
  await user.click(dialog.getByRole('button', { name: 'Save and move' }));
  expect(await screen.findByText('5 collections moved to version 4.')).toBeVisible();
  expect(calls.find((call) => call.path.endsWith('/move'))?.body).toEqual({ collection_ids: null });
});

it('tells of a newer version, and loads it', async () => {
  let stored: object = set;
  fakeApi({
    ...answers,
    'GET /reminder-sets/s1': () => ({ body: stored }),
    'PUT /reminder-sets/s1': () => problem(409, 'reminder_set_changed', 'Someone saved version 4 in the meantime.'),
  });
  const user = userEvent.setup();
  renderApp('/reminder-sets/s1');
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), ' plus');
  stored = { ...set, name: 'Standard 2', version: 4 };
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Someone saved version 4 in the meantime.');
  await user.click(within(alert).getByRole('button', { name: 'Load the newer version' }));
  await waitFor(() => expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Standard 2'));
  expect(screen.queryByRole('alert')).toBeNull();
});

it('does not lose unsaved changes without asking', async () => {
  fakeApi(answers);
  const user = userEvent.setup();
  const { router } = renderApp('/reminder-sets/s1');
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), '!');
  await user.click(screen.getByRole('link', { name: /^Payments/ }));
  const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
  await user.click(within(dialog).getByRole('button', { name: 'Stay here' }));
  expect(router.state.location.pathname).toBe('/reminder-sets/s1');
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Standard!');
});

it('tells who else has the set open, and offers to save over their version', async () => {
  let newest = 3;
  const { calls } = fakeApi({
    ...answers,
    'PUT /reminder-sets/s1/editing': () => ({ body: { items: [{ name: 'Ann Hale', since: '2026-11-23T14:00:00Z' }, { name: 'Bo Lind', since: '2026-11-23T14:00:00Z' }] } }),
    'GET /reminder-sets/s1': () => ({ body: { ...set, active_collections: 0, version: newest } }),
    'PUT /reminder-sets/s1': ({ body }) => {
      const { version } = body as { version: number };
      return version === newest
        ? { body: { ...set, ...(body as object), version: newest + 1 } }
        : problem(409, 'reminder_set_changed', 'Version 4 was saved while you edited version 3.');
    },
  });
  const user = userEvent.setup();
  renderApp('/reminder-sets/s1');
  expect(await screen.findByText(/Ann Hale and Bo Lind have this set open too/)).toBeVisible();
  await user.type(await screen.findByLabelText('Description'), ' of ours');
  newest = 4;
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Someone else has saved a newer version');
  await user.click(within(alert).getByRole('button', { name: 'Save mine as the newest' }));
  expect(await screen.findByText(/Version 5\. Saved\./)).toBeVisible();
  expect(screen.getByLabelText('Description')).toHaveValue('For most clients of ours');
  expect(calls.filter(({ method, path }) => `${method} ${path}` === 'PUT /reminder-sets/s1')).toHaveLength(2);
});
