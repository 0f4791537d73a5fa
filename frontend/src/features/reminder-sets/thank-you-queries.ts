import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';

export type ThankYou = components['schemas']['ThankYouOut'];
export type ThanksText = Pick<ThankYou, 'subject' | 'body' | 'body_format'>;

export const thankYouQuery = queryOptions({
  queryKey: ['thank-you', 'text'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/thank-you', { signal })),
});

export const thanksVariablesQuery = queryOptions({
  queryKey: ['thank-you', 'variables'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/thank-you/variables', { signal })),
  staleTime: Infinity,
});

export function thanksPreviewQuery(text: ThanksText) {
  return queryOptions({
    queryKey: ['thank-you', 'preview', text],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/thank-you/preview', { body: text, signal })),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  });
}

export function useSaveThankYou() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ThankYou) => unwrap(api.PUT('/api/v1/thank-you', { body })),
    onSuccess: (saved) => client.setQueryData(thankYouQuery.queryKey, saved),
    meta: { quiet: true },
  });
}

export function useSendThanksTest() {
  return useMutation({
    mutationFn: (body: ThanksText) => unwrap(api.POST('/api/v1/thank-you/test', { body })),
  });
}
