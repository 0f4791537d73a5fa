import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';

type ClientUpdate = components['schemas']['ClientUpdate'];

export function clientQuery(id: string) {
  return queryOptions({
    queryKey: ['clients', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/clients/{client_id}', { params: { path: { client_id: id } }, signal })),
  });
}

export function useUpdateClient(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ClientUpdate) =>
      unwrap(api.PATCH('/api/v1/clients/{client_id}', { params: { path: { client_id: id } }, body })),
    onSuccess: (answer) => {
      client.setQueryData(clientQuery(id).queryKey, answer);
      void client.invalidateQueries({ queryKey: ['invoices'] });
      void client.invalidateQueries({ queryKey: ['collections'] });
    },
    meta: { quiet: true },
  });
}
