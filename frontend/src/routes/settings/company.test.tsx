import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { fakeApi } from '@/testing/fake-api';
import { brokenRules, renderApp } from '@/testing/render-app';
import { activity, session, setup } from '@/testing/samples';

const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';
const firm = { name: 'Hale & Moreno LLP', address: '', phone: '', website: '', time_zone: 'America/New_York' };

function answers(logo: string | null) {
  return {
    'GET /sessions/current': () => ({ body: session }),
    'GET /firm/setup': () => ({ body: setup }),
    'GET /activity': () => ({ body: activity }),
    'GET /firm': () => ({ body: firm }),
    'GET /firm/logo': () => ({ body: { data_url: logo } }),
    'PUT /firm/logo': () => ({ body: { data_url: PICTURE } }),
    'DELETE /firm/logo': () => ({ status: 204 }),
  };
}

it('a picture is uploaded, shown and taken away again', async () => {
  const { calls } = fakeApi(answers(null));
  const { container } = renderApp('/settings/company');
  expect(await screen.findByText(/No logo yet/)).toBeVisible();
  const input = container.querySelector<HTMLInputElement>('input[type=file]');
  if (!input) throw new Error('no file input');
  await userEvent.upload(input, new File([new Uint8Array([1, 2, 255])], 'logo.png', { type: 'image/png' }));
  expect(await screen.findByAltText('Your logo')).toHaveAttribute('src', PICTURE);
  expect(calls.find((call) => call.method === 'PUT')?.body).toEqual({ file: 'AQL/' });
  expect(await brokenRules(container)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  expect(await screen.findByText(/No logo yet/)).toBeVisible();
});

it('a file that is too large is not even sent', async () => {
  const { calls } = fakeApi(answers(null));
  const { container } = renderApp('/settings/company');
  await screen.findByText(/No logo yet/);
  const input = container.querySelector<HTMLInputElement>('input[type=file]');
  if (!input) throw new Error('no file input');
  await userEvent.upload(input, new File([new Uint8Array(210_000)], 'logo.png', { type: 'image/png' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('larger than 200 KB');
  expect(calls.some((call) => call.method === 'PUT')).toBe(false);
});
