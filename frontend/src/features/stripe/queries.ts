import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { isApiError } from '@/api/problem';
import type { StripePermission } from '@/api/types';

export const stripeQuery = queryOptions({
  queryKey: ['stripe', 'connection'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/stripe/connection', { signal })),
});

export function useConnectStripe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { api_key: string; webhook_secret?: string; pays_operating_account: boolean }) =>
      unwrap(api.POST('/api/v1/stripe/connection', { body })),
    onSuccess: (connection) => {
      client.setQueryData(stripeQuery.queryKey, connection);
      void client.invalidateQueries({ queryKey: ['firm'] });
    },
    meta: { quiet: true },
  });
}

export function useDisconnectStripe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/stripe/connection/disconnect', { body: { confirm: 'DISCONNECT' } })),
    onSuccess: (connection) => {
      client.setQueryData(stripeQuery.queryKey, connection);
      void client.invalidateQueries({ queryKey: ['firm'] });
    },
  });
}

/** What a refused key may and may not do, where that is why it was refused. */
export function permissionsOf(error: unknown): readonly StripePermission[] {
  if (!isApiError(error, 'stripe_key_lacks_permissions')) return [];
  return error.more.permissions as StripePermission[];
}

export function useCheckStripe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/stripe/connection/check')),
    onSuccess: (connection) => client.setQueryData(stripeQuery.queryKey, connection),
  });
}

export function useRotateWebhook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/stripe/connection/rotate-webhook')),
    onSuccess: (connection) => client.setQueryData(stripeQuery.queryKey, connection),
  });
}
