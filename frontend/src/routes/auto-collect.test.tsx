import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const rule = {
  id: 'r1', name: 'Family', is_enabled: false, backlog: 'fitting_step',
  reminder_set: { id: 's1', name: 'Standard', is_archived: false },
  min_days_overdue: 5, max_days_overdue: null, min_balance_minor: null, max_balance_minor: null, currency: null,
  clients: [], matters: [], attorneys: [], practice_areas: ['Family Law'],
  started: 0, active: 0, last_run_at: null, created_at: '2026-11-20T14:00:00Z', updated_at: '2026-11-20T14:00:00Z',
};
const second = { ...rule, id: 'r2', name: 'Rest', practice_areas: [] };
const dryRun = (starting: number) => ({
  starting, refused: 0, totals: [{ count: starting, total: { amount_minor: 10_000, currency: 'USD' } }],
  reasons: [], by_rule: [], items: [], next_cursor: null,
});
const answers = {
  'GET /sessions/current': () => ({ body: session }),
  'GET /firm/setup': () => ({ body: setup }),
  'GET /activity': () => ({ body: activity }),
};

it('explains itself while there is no rule', async () => {
  fakeApi({ ...answers, 'GET /auto-collect-rules': () => ({ body: { items: [] } }) });
  const { container } = renderApp('/auto-collect');
  expect(await screen.findByText('No rules yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Create rule' })).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
});

it('orders rules, and switches on only what it has shown', async () => {
  const counts = [12, 14];
  let found = counts[0] ?? 0;
  const { calls } = fakeApi({
    ...answers,
    'GET /auto-collect-rules': () => ({ body: { items: [rule, second] } }),
    'POST /auto-collect-rules/reorder': () => ({ body: { items: [second, rule] } }),
    'POST /auto-collect-rules/dry-run': () => ({ body: dryRun(found) }),
    'POST /auto-collect-rules/r1/activate': ({ body }) => {
      if ((body as { expected_count: number }).expected_count === 14) return { body: { ...rule, is_enabled: true } };
      found = 14;
      const detail = '14 invoices would start now, not 12.';
      return { status: 409, body: { title: 'x', status: 409, detail, code: 'auto_collect_count_changed', dry_run: dryRun(14) } };
    },
  });
  const user = userEvent.setup();
  renderApp('/auto-collect');
  expect(
    await screen.findByText('Invoices at least 5 days overdue of the practice area Family Law start on “Standard”.'),
  ).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Move Family down' }));
  expect(calls.find((call) => call.path.endsWith('/reorder'))?.body).toEqual({ rule_ids: ['r2', 'r1'] });

  await user.click(screen.getByRole('switch', { name: 'Family is on' }));
  const dialog = await screen.findByRole('dialog', { name: 'Switch on “Family”?' });
  await user.click(await within(dialog).findByRole('button', { name: 'Switch on and start 12' }));
  expect(await within(dialog).findByText('14 invoices would start now, not 12.')).toBeVisible();
  await user.click(await within(dialog).findByRole('button', { name: 'Switch on and start 14' }));
  expect(await screen.findByText('“Family” is on. 14 invoices will start in a moment.')).toBeVisible();
});
