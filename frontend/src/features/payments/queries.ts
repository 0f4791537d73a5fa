import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

export function paymentsQuery(q: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['payments', 'list', q ?? ''],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/v1/payments', { params: { query: { ...(q ? { q } : {}), cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
}

export const toRecordQuery = infiniteQueryOptions({
  queryKey: ['payments', 'to-record'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET('/api/v1/payments/to-record', { params: { query: { cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next_cursor ?? undefined,
  refetchInterval: 30_000,
});

export function paymentQuery(id: string) {
  return queryOptions({
    queryKey: ['payments', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/payments/{payment_id}', { params: { path: { payment_id: id } }, signal })),
    refetchInterval: 15_000,
  });
}

type PaymentAction = '/api/v1/payments/{payment_id}/record' | '/api/v1/payments/{payment_id}/clio-task';

function usePaymentAction(path: PaymentAction) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST(path, { params: { path: { payment_id: id } } })),
    onSuccess: () => {
      for (const key of ['payments', 'activity', 'invoices']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export const useRecordPayment = () => usePaymentAction('/api/v1/payments/{payment_id}/record');

/** Ask whoever owns the bill in Clio, by a task there. */
export const useAskInClio = () => usePaymentAction('/api/v1/payments/{payment_id}/clio-task');
