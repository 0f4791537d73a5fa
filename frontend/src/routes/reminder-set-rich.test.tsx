import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup, step } from '@/testing/samples';

const set = {
  id: 's1',
  name: 'Standard',
  description: '',
  version: 3,
  steps_count: 1,
  active_collections: 0,
  needs_approval: false,
  archived_at: null,
  updated_at: '2026-11-20T14:00:00Z',
  steps: [step({ id: 'a', body: 'Dear {{ client.name }},\n\n{{ pay.link }}' })],
};

function open(findings: object[] = []) {
  return fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /invoices': () => ({ body: { items: [], next_cursor: null } }),
    'GET /reminder-sets': () => ({ body: { items: [set], next_cursor: null } }),
    'GET /reminder-sets/s1': () => ({ body: set }),
    'GET /reminder-sets/ready-made': () => ({ body: { items: [] } }),
    'GET /reminder-sets/variables': () => ({
      body: { items: [{ name: 'firm.phone', meaning: 'Your telephone number', example: '(212) 555-0100' }] },
    }),
    'POST /reminder-sets/lint': () => ({ body: { items: findings } }),
    'POST /reminder-sets/mail-preview': () => ({
      body: { subject: 'Invoice 1042', html: '<p>Hello</p>', text: 'Hello', problems: [], invoice_number: null },
    }),
    'PUT /reminder-sets/s1': ({ body }) => ({ body: { ...set, ...(body as object), version: 4 } }),
  });
}

it('switches a text to rich and back, with a variable from the picker', async () => {
  const { calls } = open();
  const user = userEvent.setup();
  const { container } = renderApp('/reminder-sets/s1');
  const formats = await screen.findByRole('radiogroup', { name: 'Format of the text' });
  await user.click(within(formats).getByRole('radio', { name: 'Rich text' }));
  const editor = await screen.findByRole('textbox', { name: 'Text' });
  await waitFor(() => expect(editor).toHaveTextContent('Dear {{ client.name }},{{ pay.link }}'));
  expect(await screen.findByRole('button', { name: 'Bold' })).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);

  await user.click(screen.getByRole('button', { name: 'Insert a variable' }));
  await user.click(await screen.findByRole('menuitem', { name: /firm\.phone/ }));
  await waitFor(() => expect(editor).toHaveTextContent('{{ firm.phone }}'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText(/Version 4\. Saved\./);
  const saved = calls.find((call) => call.method === 'PUT' && !call.path.endsWith('/editing'))?.body as { steps: { body: string; body_format: string }[] };
  expect(saved.steps[0]?.body_format).toBe('rich');
  expect(saved.steps[0]?.body).toMatch(/^<p>.*<\/p>$/);
  expect(saved.steps[0]?.body).toContain('{{ firm.phone }}');

  await user.click(within(formats).getByRole('radio', { name: 'Plain text' }));
  expect(await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Text' })).toHaveProperty('tagName', 'TEXTAREA');
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Text' }).value).toContain('\n\n{{ pay.link }}');
});

it('asks before formatting is lost', async () => {
  open();
  set.steps = [step({ id: 'a', body: '<p>Pay <strong>today</strong>.</p>', body_format: 'rich' })];
  const user = userEvent.setup();
  renderApp('/reminder-sets/s1');
  await user.click(await screen.findByRole('radio', { name: 'Plain text' }));
  const dialog = await screen.findByRole('dialog', { name: 'Switch to plain text?' });
  await user.click(within(dialog).getByRole('button', { name: 'Keep the formatting' }));
  expect(screen.getByRole('radio', { name: 'Rich text' })).toBeChecked();
  await user.click(screen.getByRole('radio', { name: 'Plain text' }));
  await user.click(await screen.findByRole('button', { name: 'Switch to plain text' }));
  await waitFor(() => expect(screen.getByRole('textbox', { name: 'Text' })).toHaveValue('Pay today.'));
});

it('shows what the linter says beside the field', async () => {
  open([
    { step_index: 0, level: 'warning', field: 'subject', message: 'No capitals, please.' },
    { step_index: 0, level: 'warning', field: 'body', message: 'There is no amount.' },
    { step_index: 0, level: 'warning', field: 'when', message: 'Same day as step 2.' },
  ]);
  renderApp('/reminder-sets/s1');
  await screen.findByText('There is no amount.');
  const texts = screen.getAllByRole('status').map((note) => note.textContent).filter((text) => text !== '');
  expect(texts).toEqual(['Same day as step 2.', 'No capitals, please.', 'There is no amount.']);
});

it('shows the e-mail about several invoices, as on a phone and as plain text', async () => {
  const { calls } = open();
  const user = userEvent.setup();
  renderApp('/reminder-sets/s1');
  await screen.findByTitle('Preview of the e-mail');
  await user.click(screen.getByRole('switch', { name: 'Several invoices in one e-mail' }));
  await waitFor(() => {
    const previews = calls.filter((call) => call.path === '/reminder-sets/mail-preview');
    expect(previews.at(-1)?.body).toMatchObject({ invoice_id: null, all_open: true });
  });
  await user.click(screen.getByRole('radio', { name: 'Phone' }));
  expect(screen.getByTitle('Preview of the e-mail').closest('[data-look]')).toHaveAttribute('data-look', 'phone');
  await user.click(screen.getByRole('radio', { name: 'Text' }));
  expect(screen.getByRole('region', { name: 'Plain text of the e-mail' })).toHaveTextContent('Hello');
});
