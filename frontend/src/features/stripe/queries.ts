import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

export const stripeQuery = queryOptions({
  queryKey: ['stripe', 'connection'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/stripe/connection', { signal })),
});

export function useConnectStripe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { api_key: string; webhook_secret?: string }) =>
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
