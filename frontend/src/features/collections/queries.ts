import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Backlog, Selection } from '@/api/types';

export interface Start {
  selection: Selection;
  reminder_set_id: string;
  backlog: Backlog;
}

export function collectionPreviewQuery(start: Start) {
  return queryOptions({
    queryKey: ['collections', 'preview', start],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/collections/preview', { body: start, signal })),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
}

export function collectionQuery(id: string) {
  return queryOptions({
    queryKey: ['collections', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/collections/{collection_id}', { params: { path: { collection_id: id } }, signal })),
  });
}

export function planQuery(id: string) {
  return queryOptions({
    queryKey: ['collections', 'plan', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/collections/{collection_id}/plan', { params: { path: { collection_id: id } }, signal })),
  });
}

export function explanationQuery(invoiceId: string, on: string) {
  return queryOptions({
    queryKey: ['collections', 'explanation', invoiceId, on],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/invoices/{invoice_id}/explanation', {
          params: { path: { invoice_id: invoiceId }, query: { on } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

function useRefreshAll() {
  const client = useQueryClient();
  return () => {
    for (const key of ['invoices', 'collections', 'reminders', 'activity', 'reminder-sets'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}

export function useStartCollection() {
  const refresh = useRefreshAll();
  return useMutation({
    mutationFn: (body: Start) => unwrap(api.POST('/api/v1/collections', { body })),
    onSuccess: refresh,
  });
}

export function usePause(id: string) {
  const refresh = useRefreshAll();
  return useMutation({
    mutationFn: (body: { until: string | null; reason: string }) =>
      unwrap(api.POST('/api/v1/collections/{collection_id}/pause', { params: { path: { collection_id: id } }, body })),
    onSuccess: refresh,
    meta: { quiet: true },
  });
}

export function useResume(id: string) {
  const refresh = useRefreshAll();
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/v1/collections/{collection_id}/resume', { params: { path: { collection_id: id } } })),
    onSuccess: refresh,
  });
}

export function useStop(id: string) {
  const refresh = useRefreshAll();
  return useMutation({
    mutationFn: (reason: string) =>
      unwrap(
        api.POST('/api/v1/collections/{collection_id}/stop', {
          params: { path: { collection_id: id } },
          body: { reason },
        }),
      ),
    onSuccess: refresh,
    meta: { quiet: true },
  });
}
