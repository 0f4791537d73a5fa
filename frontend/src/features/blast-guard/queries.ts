import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

export const blastGuardQuery = queryOptions({
  queryKey: ['blast-guard'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/blast-guard', { signal })),
});

/** Lets everything go that the guard has stopped, or pauses everything in its place. */
export function useDecideGuard() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (verb: 'send' | 'pause') =>
      unwrap(verb === 'send' ? api.POST('/api/v1/blast-guard/release') : api.POST('/api/v1/blast-guard/pause')),
    onSuccess: async (guard) => {
      client.setQueryData(blastGuardQuery.queryKey, guard);
      await client.invalidateQueries();
    },
  });
}
