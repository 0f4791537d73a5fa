import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { AfterDispute, PromiseInput } from '@/api/types';

/** Whose reminders: a client's, those of a set, or everybody's. */
export type Whom = { clientId: string } | { setId: string } | 'everybody';

export interface PauseValues {
  until: string | null;
  reason: string;
}

export const pausesQuery = queryOptions({
  queryKey: ['holds', 'pauses'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/pauses', { signal })),
});

export function holdsQuery(invoiceId: string) {
  return queryOptions({
    queryKey: ['holds', 'invoice', invoiceId],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/invoices/{invoice_id}/holds', { params: { path: { invoice_id: invoiceId } }, signal })),
  });
}

export function promisesQuery(invoiceId: string) {
  return queryOptions({
    queryKey: ['holds', 'promises', invoiceId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/invoices/{invoice_id}/promises', { params: { path: { invoice_id: invoiceId } }, signal }),
      ),
  });
}

/** Promises due and broken. */
export const promisesToDoQuery = queryOptions({
  queryKey: ['holds', 'promises', 'to-do'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/v1/promises', { params: { query: { to_do: true, limit: 100 } }, signal })),
});

/** A hold changes what is planned, shown and counted nearly everywhere. */
function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries();
}

function pauseOf(whom: Whom, body: PauseValues) {
  if (whom === 'everybody') return api.POST('/api/v1/firm/pause', { body });
  if ('clientId' in whom)
    return api.POST('/api/v1/clients/{client_id}/pause', { params: { path: { client_id: whom.clientId } }, body });
  return api.POST('/api/v1/reminder-sets/{set_id}/pause', { params: { path: { set_id: whom.setId } }, body });
}

function resumeOf(whom: Whom) {
  if (whom === 'everybody') return api.POST('/api/v1/firm/resume');
  if ('clientId' in whom)
    return api.POST('/api/v1/clients/{client_id}/resume', { params: { path: { client_id: whom.clientId } } });
  return api.POST('/api/v1/reminder-sets/{set_id}/resume', { params: { path: { set_id: whom.setId } } });
}

export function usePauseWidely(whom: Whom) {
  return useMutation({
    mutationFn: (body: PauseValues) => unwrap(pauseOf(whom, body)),
    onSuccess: useRefresh(),
    meta: { quiet: true },
  });
}

export function useResumeWidely(whom: Whom) {
  return useMutation({ mutationFn: () => unwrap(resumeOf(whom)), onSuccess: useRefresh() });
}

export function usePromise(invoiceId: string) {
  return useMutation({
    mutationFn: (body: PromiseInput) =>
      unwrap(
        api.POST('/api/v1/invoices/{invoice_id}/promises', { params: { path: { invoice_id: invoiceId } }, body }),
      ),
    onSuccess: useRefresh(),
    meta: { quiet: true },
  });
}

export function useWithdrawPromise() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST('/api/v1/promises/{promise_id}/withdraw', { params: { path: { promise_id: id } } })),
    onSuccess: useRefresh(),
  });
}

export function useOpenDispute(invoiceId: string) {
  return useMutation({
    mutationFn: (reason: string) =>
      unwrap(
        api.POST('/api/v1/invoices/{invoice_id}/dispute', {
          params: { path: { invoice_id: invoiceId } },
          body: { reason },
        }),
      ),
    onSuccess: useRefresh(),
    meta: { quiet: true },
  });
}

export function useResolveDispute(invoiceId: string) {
  return useMutation({
    mutationFn: (body: { then: AfterDispute; note: string }) =>
      unwrap(
        api.POST('/api/v1/invoices/{invoice_id}/dispute/resolve', {
          params: { path: { invoice_id: invoiceId } },
          body,
        }),
      ),
    onSuccess: useRefresh(),
    meta: { quiet: true },
  });
}
