import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { AnswerDecision } from '@/api/types';

/** What clients have answered and nobody has decided about. */
export const answersToDoQuery = queryOptions({
  queryKey: ['answers', 'to-do'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/v1/answers', { params: { query: { to_do: true, limit: 100 } }, signal })),
  meta: { quiet: true },
});

export function answersQuery(invoiceId: string) {
  return queryOptions({
    queryKey: ['answers', 'invoice', invoiceId],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/invoices/{invoice_id}/answers', { params: { path: { invoice_id: invoiceId } }, signal })),
    meta: { quiet: true },
  });
}

/** An answer holds, so a decision changes what is planned, shown and counted nearly everywhere. */
function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries();
}

/** `done` is called first: with the answer decided, its line leaves the list, and with it whoever waits here. */
export function useDecideAnswer(id: string, done: (body: AnswerDecision) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: AnswerDecision) =>
      unwrap(api.POST('/api/v1/answers/{answer_id}/decide', { params: { path: { answer_id: id } }, body })),
    onSuccess: (_, body) => {
      done(body);
      return refresh();
    },
  });
}

export function useReopenAnswer(id: string) {
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/answers/{answer_id}/reopen', { params: { path: { answer_id: id } } })),
    onSuccess: useRefresh(),
  });
}

export function useEndAnswerLinks(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/v1/answers/{answer_id}/end-links', { params: { path: { answer_id: id } } })),
    onSuccess: useRefresh(),
  });
}
