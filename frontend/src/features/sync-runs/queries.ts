import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

const SECOND = 1000;

export function syncRunsQuery(limit: number) {
  return queryOptions({
    queryKey: ['sync-runs', 'list', limit],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/v1/sync-runs', { params: { query: { limit } }, signal }))).items,
    refetchInterval: ({ state }) => (state.data?.some((run) => run.state === 'running') ? SECOND : false),
  });
}

export function syncRunQuery(id: string) {
  return queryOptions({
    queryKey: ['sync-runs', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/sync-runs/{run_id}', { params: { path: { run_id: id } }, signal })),
    refetchInterval: ({ state }) => (!state.data || state.data.state === 'running' ? SECOND : false),
  });
}

const SHOWN = 200;

/** What a reconciliation found, at most the first 200. */
export function differencesQuery(runId: string) {
  return queryOptions({
    queryKey: ['sync-runs', 'differences', runId],
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          api.GET('/api/v1/sync-runs/{run_id}/differences', {
            params: { path: { run_id: runId }, query: { limit: SHOWN } },
            signal,
          }),
        )
      ).items,
  });
}

/** Starts a run, or answers the one that is under way. */
export function useResync() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/sync-runs')),
    onSuccess: (run) => {
      client.setQueryData(syncRunQuery(run.id).queryKey, run);
      void client.invalidateQueries({ queryKey: ['sync-runs', 'list'] });
    },
  });
}
