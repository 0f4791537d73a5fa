import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { PaymentProofLine } from '@/api/types';

const SECOND = 1000;
const LATEST = 10;

/** The latest checks, newest first; asked for each second while one is under way. */
export const proofsQuery = queryOptions({
  queryKey: ['payment-proofs', 'list'],
  queryFn: async ({ signal }) =>
    (await unwrap(api.GET('/api/v1/payment-proofs', { params: { query: { limit: LATEST } }, signal }))).items,
  refetchInterval: ({ state }) => (state.data?.some((proof) => proof.state === 'running') ? SECOND : false),
});

export function proofLinesQuery(proofId: string, standing: PaymentProofLine['standing'] | undefined, q: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['payment-proofs', 'lines', proofId, standing ?? '', q ?? ''],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/v1/payment-proofs/{proof_id}/lines', {
          params: {
            path: { proof_id: proofId },
            query: { ...(standing ? { standing } : {}), ...(q ? { q } : {}), cursor: pageParam },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Differences that did not pass by themselves. */
export const paymentAlertsQuery = queryOptions({
  queryKey: ['payment-proofs', 'alerts'],
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/payment-proofs/alerts', { signal }))).items,
});

/** Begins a check, or answers the one that is under way. */
export function useCheckNow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/payment-proofs')),
    onSuccess: () => {
      for (const key of ['payment-proofs', 'activity']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function exportUrl(proofId: string): string {
  return `/api/v1/payment-proofs/${proofId}/export`;
}
