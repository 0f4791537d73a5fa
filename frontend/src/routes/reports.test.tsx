import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const staff = {
  'GET /sessions/current': () => ({ body: session }),
  'GET /firm/setup': () => ({ body: setup }),
  'GET /activity': () => ({ body: activity }),
};

it('says how a report is counted, and what to do where there is nothing yet', async () => {
  fakeApi({
    ...staff,
    'GET /reports/ageing': () => ({ body: { on: '2026-11-23', items: [] } }),
    'GET /reports/forecast': () => ({ body: { on: '2026-11-23', usual_days_late: null, usual_invoices: 0, items: [] } }),
  });
  const user = userEvent.setup();
  const { container, router } = renderApp('/reports');
  expect(await screen.findByText('Nothing is owed')).toBeVisible();
  expect(screen.getByText(/Currencies are never added up/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Download as CSV' })).toHaveAttribute('href', '/api/v1/reports/ageing/export');
  expect(await brokenRules(container)).toEqual([]);
  await user.click(screen.getByRole('tab', { name: 'Forecast' }));
  expect(await screen.findByText(/What may come in during the next twelve weeks/)).toBeVisible();
  expect(router.state.location.searchStr).toBe('?tab=forecast');
});

it('shows how the days of DSO are counted', async () => {
  const money = (amount_minor: number) => ({ amount_minor, currency: 'USD' });
  const month = { starts_on: '2026-11-01', ends_on: '2026-11-23', billed: money(500_000), days: 23 };
  const item = { currency: 'USD', days: 23, is_at_least: true, receivable: money(600_000), months: [month] };
  fakeApi({ ...staff, 'GET /reports/dso': () => ({ body: { on: '2026-11-23', items: [item] } }) });
  const { container } = renderApp('/reports?tab=dso');
  expect(await screen.findByRole('heading', { name: 'USD: at least 23 days' })).toBeVisible();
  expect(screen.getByRole('row', { name: 'Nov 2026 $5,000.00 23' })).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
});

it('leads from a column of the ageing to its invoices', async () => {
  const money = (amount_minor: number) => ({ amount_minor, currency: 'USD' });
  const buckets = ['not_due', 'days_1_30', 'days_31_60', 'days_61_90', 'days_91_plus'].map((bucket, at) => ({
    bucket, count: at, amount: money(at * 1000),
  }));
  const item = { currency: 'USD', count: 10, total: money(10_000), buckets };
  fakeApi({ ...staff, 'GET /reports/ageing': () => ({ body: { on: '2026-11-23', items: [item] } }) });
  const { container } = renderApp('/reports');
  expect(await screen.findByRole('link', { name: '31–60 days' })).toHaveAttribute(
    'href', '/invoices?age=days_31_60&currency=USD',
  );
  expect(screen.queryByRole('link', { name: 'Not due' })).toBeNull();
  expect(await brokenRules(container)).toEqual([]);
});
