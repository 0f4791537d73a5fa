import { fireEvent, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { PaymentDetail } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, payment as sample, session, setup } from '@/testing/samples';

const dollars = (amount_minor: number) => ({ amount_minor, currency: 'USD' });

function show(changes: Partial<PaymentDetail>) {
  const payment = { ...sample, ...changes };
  const api = fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /payments/p1': () => ({ body: payment }),
    'GET /payments/p1/open-invoices': () => ({
      body: {
        items: [
          { id: 'i2', number: '1051', due_on: '2026-04-01', balance: dollars(3_000) },
          { id: 'i3', number: '1052', due_on: '2026-05-01', balance: dollars(70_000) },
        ],
      },
    }),
    'POST /payments/p1/refunds': () => ({
      status: 201,
      body: {
        id: 'r1', amount: dollars(500), state: 'succeeded', reason: 'Too much', asked_by: 'Ann Example',
        of_whole_payment: false, problem: null, stripe_reference: 're_1', asked_at: '2026-03-03T15:00:00Z', ended_at: null,
      },
    }),
    'POST /payments/p1/assignments': () => ({ status: 201, body: payment }),
    'POST /payments/p1/undo': () => ({ body: payment }),
  });
  return { ...renderApp('/payments/p1'), ...api };
}

it('offers what was too much, and says that Clio has to be corrected by hand', async () => {
  const { calls, container } = show({ overpaid: dollars(500), unmatched: dollars(500) });
  fireEvent.click(await screen.findByRole('button', { name: 'Give money back' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Give money back' }));
  expect(dialog.getByRole('textbox', { name: /Amount/ })).toHaveValue('5.00');
  expect(dialog.getByText('Clio has to be corrected by hand')).toBeVisible();
  expect(dialog.getByRole('link', { name: 'Open the bill in Clio' })).toHaveAttribute('href', sample.clio_url);
  fireEvent.change(dialog.getByRole('textbox', { name: /Reason/ }), { target: { value: 'Too much' } });
  fireEvent.click(dialog.getByRole('button', { name: 'Give back $5.00' }));
  expect(await screen.findByText('$5.00 goes back to the client.')).toBeVisible();
  expect(calls.find(({ path }) => path === '/payments/p1/refunds')?.body).toEqual({
    amount_minor: 500,
    whole_payment: false,
    reason: 'Too much',
  });
  expect(await brokenRules(container)).toEqual([]);
});

it('assigns to the oldest invoice first and shows what is owed then', async () => {
  const { calls } = show({ unmatched: dollars(5_000) });
  fireEvent.click(await screen.findByRole('button', { name: 'Assign to an invoice' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Assign $50.00' }));
  expect(await dialog.findByRole('textbox', { name: 'Assign to invoice 1051' })).toHaveValue('30.00');
  expect(dialog.getByRole('textbox', { name: 'Assign to invoice 1052' })).toHaveValue('20.00');
  expect(dialog.getByText('$680.00')).toBeVisible();
  fireEvent.click(dialog.getByRole('button', { name: 'Assign $50.00' }));
  expect(await screen.findByText(/\$50\.00 is assigned/)).toBeVisible();
  expect(calls.find(({ path }) => path === '/payments/p1/assignments')?.body).toEqual({
    parts: [
      { invoice_id: 'i2', amount_minor: 3_000 },
      { invoice_id: 'i3', amount_minor: 2_000 },
    ],
  });
});

it('undoes what was noted by hand, with a reason', async () => {
  const { calls } = show({ source: 'manual', can_undo: true, refundable: dollars(0), refundable_together: dollars(0) });
  fireEvent.click(await screen.findByRole('button', { name: 'Undo this payment' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Undo $1,200.00?' }));
  fireEvent.change(dialog.getByRole('textbox', { name: /Reason/ }), { target: { value: 'The cheque bounced' } });
  fireEvent.click(dialog.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText(/Invoice 1042 is owed again\. Reminders that have ended stay ended/)).toBeVisible();
  expect(calls.find(({ path }) => path === '/payments/p1/undo')?.body).toEqual({ reason: 'The cheque bounced' });
  expect(screen.queryByRole('button', { name: 'Give money back' })).toBeNull();
});
