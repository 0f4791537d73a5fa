import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup, step } from '@/testing/samples';

const set = {
  id: 's1',
  name: 'Standard',
  description: 'For most clients',
  version: 3,
  steps_count: 3,
  active_collections: 17,
  needs_approval: false,
  ready_made: 'Standard',
  steps_in_brief: [step({ offset_days: -3 }), step({ offset_days: 7 }), step({ offset_days: 45, kind: 'call_task' })],
  archived_at: null,
  updated_at: '2026-11-20T14:00:00Z',
};
const own = { ...set, id: 's2', name: 'Our own', ready_made: null, active_collections: 0 };
const standing = {
  reminder_set_id: 's1',
  active_collections: 17,
  collections: 40,
  paid: [{ amount_minor: 50_000, currency: 'GBP' }, { amount_minor: 1_234_500, currency: 'USD' }],
  owed: [{ amount_minor: 700_000, currency: 'USD' }],
};

it('says of each set what it sends, where it runs and what was paid on it', async () => {
  fakeApi({
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /pauses': () => ({ body: { items: [{ reach: 'reminder_set', client: null, reminder_set: { id: 's2' } }] } }),
    'GET /reminder-sets': () => ({ body: { items: [own, set], next_cursor: null } }),
    'GET /reminder-sets/ready-made': () => ({ body: { items: [] } }),
    'GET /reminder-set-standings': () => ({ body: { items: [standing] } }),
    'GET /forecast': () => ({ body: { until: '2027-02-21', days: [], mails: 0, calls: 0, held: 0 } }),
  });
  const { container } = renderApp('/reminder-sets');
  const list = await screen.findByRole('list', { name: 'Reminder sets' });
  const [first, second] = within(list).getAllByRole('listitem') as [HTMLElement, HTMLElement];
  expect(await within(second).findByText('$12,345.00')).toBeVisible();
  for (const text of ['Ready-made', '−3, +7, call +45 days from the due date', '17', '£500.00', '$7,000.00'])
    expect(within(second).getByText(text)).toBeVisible();
  expect(within(first).getByText('Own')).toBeVisible();
  expect(within(first).getByText('Paused')).toBeVisible();
  expect(await brokenRules(container)).toEqual([]);
});
