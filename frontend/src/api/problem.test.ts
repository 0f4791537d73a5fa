import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeApi, problem } from '@/testing/fake-api';
import { api, unwrap } from './client';
import { ApiError, errorText, isApiError, isLoggedOut, isUnreachable, toApiError } from './problem';

afterEach(() => vi.unstubAllGlobals());

describe('errors of the API', () => {
  it('keep the words, the code and the fields', () => {
    const error = toApiError(422, problem(422, 'invalid', 'Please check.', [{ field: 'name', message: 'Too long.' }]).body);
    expect(error).toMatchObject({ status: 422, code: 'invalid', message: 'Please check.', fields: { name: 'Too long.' } });
    expect(errorText(error)).toBe('Please check.');
    expect(isApiError(error, 'invalid')).toBe(true);
    expect(isApiError(error, 'other')).toBe(false);
  });

  it('take the title where there is no detail', () => {
    expect(toApiError(409, { title: 'Not now', status: 409 }).message).toBe('Not now');
  });

  it("are 'not reachable' for a gateway's page", () => {
    expect(isUnreachable(toApiError(502, '<html>Bad gateway</html>'))).toBe(true);
    expect(isUnreachable(toApiError(404, 'Not found'))).toBe(false);
  });

  it('do not show what only a programmer understands', () => {
    expect(errorText(new TypeError('x is undefined'))).not.toContain('undefined');
  });
});

describe('a call', () => {
  it('gives the body', async () => {
    fakeApi({ 'GET /accounts/sign-up': () => ({ body: { open: true } }) });
    await expect(unwrap(api.GET('/api/v1/accounts/sign-up'))).resolves.toEqual({ open: true });
  });

  it('throws the problem', async () => {
    fakeApi({ 'GET /sessions/current': () => problem(401, 'not_logged_in', 'Please log in.') });
    const error = await unwrap(api.GET('/api/v1/sessions/current')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(isLoggedOut(error)).toBe(true);
  });

  it('says so when nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    const error = await unwrap(api.GET('/api/v1/accounts/sign-up')).catch((caught: unknown) => caught);
    expect(isUnreachable(error)).toBe(true);
  });
});
