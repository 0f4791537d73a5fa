import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { ClioConnection, RecordStrategy } from '@/api/types';

export const clioQuery = queryOptions({
  queryKey: ['clio', 'connection'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/clio/connection', { signal })),
});

interface Wanted {
  region: ClioConnection['regions'][number]['key'];
  acceptOtherAccount?: boolean;
}

/** Asks for Clio's consent page and goes there. */
export function useConnectClio() {
  return useMutation({
    mutationFn: ({ region, acceptOtherAccount = false }: Wanted) =>
      unwrap(api.POST('/api/v1/clio/connection', { body: { region, accept_other_account: acceptOtherAccount } })),
    onSuccess: ({ authorize_url }) => {
      window.location.assign(authorize_url);
    },
  });
}

export function useUpdateClio() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: { record_strategy?: RecordStrategy; log_reminders?: boolean }) =>
      unwrap(api.PATCH('/api/v1/clio/connection', { body: changes })),
    onSuccess: (connection) => {
      client.setQueryData(clioQuery.queryKey, connection);
    },
  });
}

export function useDisconnectClio() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/clio/connection/disconnect', { body: { confirm: 'DISCONNECT' } })),
    onSuccess: (connection) => {
      client.setQueryData(clioQuery.queryKey, connection);
      void client.invalidateQueries({ queryKey: ['firm'] });
    },
  });
}
