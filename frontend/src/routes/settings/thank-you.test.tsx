import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi, problem } from '@/testing/fake-api';
import { renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const sender = { from_name: 'Hale & Moreno', from_email: 'billing@hale.example', reply_to: null, signature: '', verification_sent_at: null, verified_at: '2026-11-01T10:00:00Z' };
const text = { is_enabled: false, includes_clio: false, subject: 'Thank you', body: 'Dear {{ client.first_name }},', body_format: 'plain' };
const mail = { subject: 'Thank you', html: '<p>Dear Maria,</p>', text: 'Dear Maria,', problems: [], invoice_number: null };

function answers(more: Parameters<typeof fakeApi>[0] = {}) {
  return {
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /firm/sender': () => ({ body: sender }),
    'GET /thank-you': () => ({ body: text }),
    'GET /thank-you/variables': () => ({ body: { items: [{ name: 'payment.amount', meaning: 'What the client has just paid', example: '$265.50' }] } }),
    'POST /thank-you/preview': () => ({ body: { mail, findings: [{ step_index: 0, level: 'warning', field: 'body', message: 'A note on the text.' }] } }),
    'PUT /thank-you': ({ body }: { body: unknown }) => ({ body }),
    ...more,
  };
}

it('the thank-you mail is written, switched on and saved', async () => {
  const { calls } = fakeApi(answers());
  renderApp('/settings/email');
  const card = within(await screen.findByRole('region', { name: 'Thank-you mail' }));
  expect(await card.findByText('A note on the text.')).toBeVisible();
  expect(card.getByTitle('Preview of the thank-you mail')).toHaveAttribute('srcdoc', mail.html);
  expect(card.getByRole('switch', { name: /Also for payments/ })).toBeDisabled();
  await userEvent.click(card.getByRole('switch', { name: /Thank clients/ }));
  await userEvent.click(card.getByRole('button', { name: 'Insert a variable' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: /payment.amount/ }));
  await userEvent.click(card.getByRole('button', { name: 'Save the thank-you mail' }));
  await waitFor(() => {
    expect(calls.find((call) => call.method === 'PUT')?.body).toEqual({ ...text, is_enabled: true, body: 'Dear {{ client.first_name }},{{ payment.amount }}' });
  });
  expect(await screen.findByText('Payments from now on are thanked for.')).toBeVisible();
});

it('what the API refuses is said, and nothing is lost', async () => {
  fakeApi(answers({ 'PUT /thank-you': () => problem(422, 'invalid', 'The subject is empty.', [{ field: 'subject', message: 'The subject is empty.' }]) }));
  renderApp('/settings/email');
  const card = within(await screen.findByRole('region', { name: 'Thank-you mail' }));
  await userEvent.clear(await card.findByLabelText('Subject'));
  await userEvent.click(card.getByRole('button', { name: 'Save the thank-you mail' }));
  expect(await card.findByRole('alert')).toHaveTextContent('The subject is empty.');
  expect(card.getByLabelText('Text')).toHaveValue('Dear {{ client.first_name }},');
});
