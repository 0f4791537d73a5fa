import { vi } from 'vitest';

interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

type Answer = (call: Call) => { status?: number; body?: unknown } | undefined;

/** Puts an API in the place of `fetch`: `{'GET /firm': () => ({ body })}`. What is not told answers 404. */
export function fakeApi(answers: Record<string, Answer>): { calls: Call[] } {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace('/api/v1', '');
    const text = await request.clone().text();
    const call: Call = {
      method: request.method,
      path,
      query: Object.fromEntries(url.searchParams),
      body: text ? (JSON.parse(text) as unknown) : undefined,
    };
    calls.push(call);
    const answer = answers[`${request.method} ${path}`]?.(call) ?? {
      status: 404,
      body: { title: 'Not found', status: 404, detail: `No answer for ${path}.`, code: 'not_found' },
    };
    const status = answer.status ?? 200;
    return new Response(status === 204 ? null : JSON.stringify(answer.body ?? {}), {
      status,
      headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
    });
  });
  return { calls };
}

export function problem(status: number, code: string, detail: string, errors: { field: string; message: string }[] = []) {
  return { status, body: { type: 'about:blank', title: 'Problem', status, detail, code, errors } };
}
