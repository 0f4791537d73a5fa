import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi, problem } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup, step } from '@/testing/samples';

const set = {
  id: 's1',
  name: 'Polite',
  description: '',
  version: 3,
  steps_count: 1,
  ready_made: 'Gentle',
  steps_in_brief: [step({ offset_days: 7 })],
  active_collections: 0,
  needs_approval: false,
  archived_at: null,
  updated_at: '2026-11-20T14:00:00Z',
  steps: [step({ id: 'a', offset_days: 0 })],
};
const asNew = { name: 'Polite', steps_count: 1, version: null, difference: '--- nothing\n+++ the file\n@@ -0,0 +1 @@\n+name: Polite', findings: [] };
const next = { ...asNew, version: 3, difference: '--- version 3\n+++ the file\n@@ -1 +1 @@\n-offset_days: 7\n+offset_days: 8' };
const warning = { step_index: 0, level: 'warning', field: 'body', message: 'There is no amount.', line: 12 };

function answers(more: Parameters<typeof fakeApi>[0] = {}) {
  return {
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /reminder-sets': () => ({ body: { items: [set], next_cursor: null } }),
    'GET /reminder-sets/s1': () => ({ body: set }),
    'GET /reminder-sets/ready-made': () => ({ body: { items: [] } }),
    'POST /reminder-sets/file-difference': () => ({ body: asNew }),
    'POST /reminder-sets/s1/file-difference': () => ({ body: next }),
    'POST /reminder-sets/import': () => ({ status: 201, body: { ...set, version: 4 } }),
    ...more,
  };
}

async function choose(text: string) {
  await userEvent.click(await screen.findByRole('button', { name: /Import from a file/ }));
  const dialog = await screen.findByRole('dialog');
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  if (!input) throw new Error('There is no place for a file.');
  // The browser of these tests has files, but cannot read them.
  const file = Object.assign(new File([text], 'polite.yaml', { type: 'text/yaml' }), { text: () => Promise.resolve(text) });
  await userEvent.upload(input, file);
  return within(dialog);
}

it('a file of a set that exists becomes its next version, after a look at what changes', async () => {
  const { calls } = fakeApi(answers({ 'POST /reminder-sets/s1/file-difference': () => ({ body: { ...next, findings: [warning] } }) }));
  const { container } = renderApp('/reminder-sets');
  const dialog = await choose('name: Polite');
  expect(await dialog.findByText('+offset_days: 8')).toBeVisible();
  expect(dialog.getByText('Line 12: There is no amount.')).toBeVisible();
  expect(dialog.getByText('Compared with version 3: 1 line added, 1 line removed.')).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
  await userEvent.click(dialog.getByRole('button', { name: 'Save as a new version' }));
  await waitFor(() => {
    expect(calls.find((call) => call.path === '/reminder-sets/import')?.body).toEqual({ text: 'name: Polite', reminder_set_id: 's1', version: 3 });
  });
  expect(await screen.findByText('Polite is saved as version 4.')).toBeVisible();
});

it('a file of a set with another name becomes a new one', async () => {
  const { calls } = fakeApi(answers({ 'POST /reminder-sets/file-difference': () => ({ body: { ...asNew, name: 'Other' } }) }));
  renderApp('/reminder-sets');
  const dialog = await choose('name: Other');
  await userEvent.click(await dialog.findByRole('button', { name: 'Save the new set' }));
  await waitFor(() => {
    expect(calls.find((call) => call.path === '/reminder-sets/import')?.body).toEqual({ text: 'name: Other', reminder_set_id: null, version: null });
  });
});

it('what is wrong with a file is said with its line', async () => {
  const errors = [
    { field: 'steps.0.ofset_days', message: 'line 12: unknown field `ofset_days`' },
    { field: 'steps.0.kind', message: 'line 14: the field `kind` is missing' },
  ];
  fakeApi(answers({ 'POST /reminder-sets/file-difference': () => problem(422, 'invalid', 'line 12: unknown field `ofset_days`', errors) }));
  renderApp('/reminder-sets');
  const dialog = await choose('steps: []');
  expect(await dialog.findByRole('alert')).toHaveTextContent(/Line 12: unknown field `ofset_days`.*Line 14/);
  expect(dialog.queryByRole('button', { name: /Save/ })).toBeNull();
});

it('a file that changes nothing cannot be saved', async () => {
  fakeApi(answers({ 'POST /reminder-sets/s1/file-difference': () => ({ body: { ...next, difference: '' } }) }));
  renderApp('/reminder-sets');
  const dialog = await choose('name: Polite');
  expect(await dialog.findByText(/There is nothing to save/)).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Save as a new version' })).toBeDisabled();
});

it('a set is downloaded from its page', async () => {
  fakeApi(answers());
  renderApp('/reminder-sets/s1');
  const link = await screen.findByRole('link', { name: 'Download as file' });
  expect(link).toHaveAttribute('href', '/api/v1/reminder-sets/s1/file');
  expect(link).toHaveAttribute('download');
});
