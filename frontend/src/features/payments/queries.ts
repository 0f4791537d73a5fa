import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { NotedPaymentInput, RefundInput } from '@/api/types';
import type { PaymentFilters } from './filters';

/** The filters as the API takes them. Amounts are in units of each payment's own currency. */
export function asQuery({ record, from, to, min, max, client, ...same }: PaymentFilters) {
  const query = {
    ...same,
    record_state: record,
    from_day: from,
    to_day: to,
    at_least: min,
    at_most: max,
    client_id: client,
  };
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  ) as typeof query;
}

export function exportAddress(filters: PaymentFilters): string {
  const values = Object.entries(asQuery(filters)).map(([name, value]) => [name, String(value)]);
  const query = new URLSearchParams(values).toString();
  return `/api/v1/payments/export${query ? `?${query}` : ''}`;
}

export function paymentsQuery(filters: PaymentFilters) {
  const query = asQuery(filters);
  return infiniteQueryOptions({
    queryKey: ['payments', 'list', query],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/v1/payments', { params: { query: { ...query, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function totalsQuery(filters: PaymentFilters) {
  const query = asQuery(filters);
  return queryOptions({
    queryKey: ['payments', 'totals', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/payments/totals', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export const toRecordQuery = infiniteQueryOptions({
  queryKey: ['payments', 'to-record'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET('/api/v1/payments/to-record', { params: { query: { cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});

/** Money that matches no open balance. */
export const unmatchedQuery = infiniteQueryOptions({
  queryKey: ['payments', 'unmatched'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET('/api/v1/payments', { params: { query: { unmatched: true, cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});

export function paymentQuery(id: string) {
  return queryOptions({
    queryKey: ['payments', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/payments/{payment_id}', { params: { path: { payment_id: id } }, signal })),
    // A refund is counted moments after Stripe has taken it on.
    refetchInterval: ({ state }) => (state.data?.refunds.some((refund) => refund.state === 'asked') ? 2_000 : false),
  });
}

export function openInvoicesQuery(id: string) {
  return queryOptions({
    queryKey: ['payments', 'open-invoices', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/payments/{payment_id}/open-invoices', { params: { path: { payment_id: id } }, signal })),
  });
}

function useAfterMoney() {
  const client = useQueryClient();
  return () => {
    for (const key of ['payments', 'activity', 'invoices', 'collections', 'upcoming'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}

type PaymentAction = '/api/v1/payments/{payment_id}/record' | '/api/v1/payments/{payment_id}/clio-task';

function usePaymentAction(path: PaymentAction) {
  const onSuccess = useAfterMoney();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST(path, { params: { path: { payment_id: id } } })),
    onSuccess,
  });
}

export const useRecordPayment = () => usePaymentAction('/api/v1/payments/{payment_id}/record');

/** Ask whoever owns the bill in Clio, by a task there. */
export const useAskInClio = () => usePaymentAction('/api/v1/payments/{payment_id}/clio-task');

interface Wish<Body> {
  key: string;
  body: Body;
}

export function useRefund(paymentId: string) {
  const onSuccess = useAfterMoney();
  return useMutation({
    mutationFn: ({ key, body }: Wish<RefundInput>) =>
      unwrap(
        api.POST('/api/v1/payments/{payment_id}/refunds', {
          params: { path: { payment_id: paymentId }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess,
    meta: { quiet: true },
  });
}

export function useNotePayment(invoiceId: string) {
  const onSuccess = useAfterMoney();
  return useMutation({
    mutationFn: ({ key, body }: Wish<NotedPaymentInput>) =>
      unwrap(
        api.POST('/api/v1/invoices/{invoice_id}/payments', {
          params: { path: { invoice_id: invoiceId }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess,
    meta: { quiet: true },
  });
}

export function useAssign(paymentId: string) {
  const onSuccess = useAfterMoney();
  return useMutation({
    mutationFn: ({ key, body }: Wish<{ parts: { invoice_id: string; amount_minor: number }[] }>) =>
      unwrap(
        api.POST('/api/v1/payments/{payment_id}/assignments', {
          params: { path: { payment_id: paymentId }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess,
    meta: { quiet: true },
  });
}

export function useUndoPayment() {
  const onSuccess = useAfterMoney();
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      unwrap(
        api.POST('/api/v1/payments/{payment_id}/undo', { params: { path: { payment_id: id } }, body: { reason } }),
      ),
    onSuccess,
    meta: { quiet: true },
  });
}
