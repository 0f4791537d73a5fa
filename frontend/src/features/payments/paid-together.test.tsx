import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Payment } from '@/api/types';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, payment as sample, session, setup } from '@/testing/samples';

const dollars = (amount_minor: number) => ({ amount_minor, currency: 'USD' });

function part(id: string, number: string, amount: number, refunded = 0): Payment['paid_together'][number] {
  return {
    payment_id: id,
    invoice: { id: `i-${id}`, number },
    amount: dollars(amount),
    refunded: dollars(refunded),
    state: refunded ? 'partly_refunded' : 'settled',
  };
}

function show(paid_together: Payment['paid_together']) {
  const payment = { ...sample, paid_together };
  fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /payments/p1': () => ({ body: payment }),
  });
  return renderApp('/payments/p1');
}

it('names every invoice of a payment with its share, and leads to the others', async () => {
  const { container } = show([part('p1', '1042', 120_000), part('p2', '1051', 70_001, 500)]);
  const card = within(await screen.findByRole('region', { name: 'Paid together' }));
  expect(card.getByText(/paid \$1,900\.01 at once, for 2 invoices/)).toBeVisible();
  expect(card.getByRole('link', { name: '1051' })).toHaveAttribute('href', '/invoices/i-p2');
  expect(card.getByRole('link', { name: '$700.01' })).toHaveAttribute('href', '/payments/p2');
  expect(card.queryByRole('link', { name: '$1,200.00' })).toBeNull();
  expect(card.getByText('Partly refunded')).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
});

it('says nothing of it where one invoice was paid', async () => {
  show([]);
  expect(await screen.findByRole('heading', { name: 'Payment of $1,200.00' })).toBeVisible();
  expect(screen.queryByRole('region', { name: 'Paid together' })).toBeNull();
});
