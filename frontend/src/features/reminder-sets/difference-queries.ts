import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';
import type { StepInput } from '@/api/types';

export type Difference = components['schemas']['DifferenceOut'];

/** What edited steps would change for the collections that run on the set. */
export function differenceQuery(setId: string, steps: StepInput[]) {
  return queryOptions({
    queryKey: ['reminder-sets', 'difference', setId, steps],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST('/api/v1/reminder-sets/{set_id}/difference', {
          params: { path: { set_id: setId } },
          body: { steps },
          signal,
        }),
      ),
    gcTime: 0,
    retry: false,
  });
}

/** Moves running collections, or all of them, to the newest version. */
export function useMoveCollections(setId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (collection_ids: string[] | null) =>
      unwrap(
        api.POST('/api/v1/reminder-sets/{set_id}/move', {
          params: { path: { set_id: setId } },
          body: { collection_ids },
        }),
      ),
    onSuccess: () => client.invalidateQueries(),
  });
}
