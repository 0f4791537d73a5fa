import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { PaymentProof, PaymentProofLine } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const dollars = (amount_minor: number) => ({ amount_minor, currency: 'USD' });

const proof: PaymentProof = {
  id: 'proof-1',
  kind: 'nightly',
  state: 'finished',
  step: 'healing',
  asked_by: null,
  started_at: '2026-03-02T09:00:00Z',
  finished_at: '2026-03-02T09:01:00Z',
  covers_from: '2025-12-02T09:00:00Z',
  stripe_checked: true,
  stripe_problem: null,
  clio_checked: true,
  clio_problem: null,
  counts: { differs: 1, not_checked: 0, waiting: 0, agrees: 1, outside: 0 },
  healing: 0,
  error: null,
};

const line: PaymentProofLine = {
  id: 'line-1',
  standing: 'differs',
  finding: 'refunded_in_stripe',
  at: '2026-03-01T09:00:00Z',
  since: '2026-03-02T09:01:00Z',
  normal_until: null,
  stripe: dollars(100_000),
  here: dollars(120_000),
  clio: dollars(120_000),
  stripe_words: 'partly refunded',
  here_words: 'settled',
  clio_words: 'paid',
  sentence: 'Stripe has given back $200.00, here it is $0.00.',
  advice: 'The refund is being read.',
  stripe_reference: 'pi_1',
  payment_id: 'p1',
  invoice_id: 'i1',
  invoice_numbers: '1042',
  client_name: 'Riverside Bakery',
  clio_url: 'https://app.clio.com/nc/#/bills/1',
};

const agreeing: PaymentProofLine = { ...line, id: 'line-2', standing: 'agrees', finding: 'agrees', sentence: 'All sides agree.', advice: '', invoice_numbers: '1051' };

function show(proofs: PaymentProof[]) {
  const api = fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /payments': () => ({ body: { items: [], next_cursor: null } }),
    'GET /payments/to-record': () => ({ body: { items: [], next_cursor: null, total: 0 } }),
    'GET /payment-proofs': () => ({ body: { items: proofs } }),
    'POST /payment-proofs': () => ({ status: 202, body: { ...proof, id: 'proof-2', state: 'running', step: 'waiting' } }),
    'GET /payment-proofs/proof-1/lines': ({ query }) => ({
      body: { items: query.standing === 'agrees' ? [agreeing] : [line, agreeing], next_cursor: null },
    }),
  });
  return { ...renderApp('/payments?tab=proof'), ...api };
}

it('shows each payment on its three sides, the differences first, and leads to all of them', async () => {
  const { container } = show([proof]);
  expect(await screen.findByRole('heading', { name: '1 of 2 payments needs a look' })).toBeVisible();
  const [, first] = await screen.findAllByRole('row');
  const row = within(first as HTMLElement);
  expect(row.getByText('Stripe has given back $200.00, here it is $0.00.')).toBeVisible();
  expect(row.getByText('Partly refunded')).toBeVisible();
  expect(row.getByRole('link', { name: 'In Stripe' })).toHaveAttribute('href', 'https://dashboard.stripe.com/payments/pi_1');
  expect(row.getByRole('link', { name: /in Clio/ })).toHaveAttribute('href', 'https://app.clio.com/nc/#/bills/1');
  expect(row.getByRole('link', { name: /Payment for/ })).toHaveAttribute('href', '/payments/p1');
  expect(screen.getByRole('link', { name: 'Export' })).toHaveAttribute('href', '/api/v1/payment-proofs/proof-1/export');
  expect(await brokenRules(container)).toEqual([]);
});

it('filters by standing, and checks now', async () => {
  const user = userEvent.setup();
  const { calls } = show([proof]);
  await user.click(await screen.findByRole('button', { name: 'Agrees 1' }));
  expect(await screen.findByText('1051')).toBeVisible();
  expect(screen.queryByText('1042')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Check now' }));
  expect(calls.some(({ method, path }) => method === 'POST' && path === '/payment-proofs')).toBe(true);
});

it('says which half was not checked', async () => {
  show([
    {
      ...proof,
      stripe_checked: false,
      stripe_problem: 'Stripe does not answer at the moment.',
      counts: { ...proof.counts, differs: 0, not_checked: 2, agrees: 0 },
    },
  ]);
  expect(await screen.findByText('Stripe was not checked: Stripe does not answer at the moment.')).toBeVisible();
  expect(screen.getByRole('heading', { name: '2 of 2 payments could not be checked' })).toBeVisible();
});

it('says what it is for before the first check', async () => {
  show([]);
  expect(await screen.findByRole('heading', { name: 'Not checked yet' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Check now' })).toBeEnabled();
});
