import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { HealthReport } from '@/api/types';
import { fakeApi, problem } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const REPORT: HealthReport = {
  checked_at: '2026-11-23T14:00:00Z',
  standing: 'bad',
  lines: [
    { key: 'mail_queue', title: 'E-mails that wait', standing: 'good', sentence: 'None.', at: null, advice: null },
    {
      key: 'worker:a-1',
      title: 'Worker',
      standing: 'bad',
      sentence: 'Not seen for 12 minutes: nothing is read and nothing is sent.',
      at: '2026-11-23T13:48:00Z',
      advice: 'Ask whoever runs the installation to start the worker again.',
    },
  ],
};

const answers = {
  'GET /sessions/current': () => ({ body: session }),
  'GET /firm/setup': () => ({ body: setup }),
  'GET /activity': () => ({ body: activity }),
};

it('shows what is not good first, with what to do', async () => {
  fakeApi({ ...answers, 'GET /health-report': () => ({ body: REPORT }) });
  const { container } = renderApp('/settings/health');
  expect(await screen.findByText('Something needs somebody.')).toBeVisible();
  const rows = within(screen.getByRole('region', { name: 'Health' })).getAllByRole('listitem');
  expect(rows[0]).toHaveTextContent('Not seen for 12 minutes');
  expect(rows[0]).toHaveTextContent('start the worker again');
  expect(within(rows[0] as HTMLElement).getByRole('img', { name: 'Not good' })).toBeVisible();
  expect(rows[1]).toHaveTextContent('None.');
  expect(await brokenRules(container)).toEqual([]);
});

it('says when it cannot tell', async () => {
  fakeApi({ ...answers, 'GET /health-report': () => problem(500, 'internal', 'Something went wrong.') });
  renderApp('/settings/health');
  expect(await screen.findByRole('button', { name: 'Try again' })).toBeVisible();
});
