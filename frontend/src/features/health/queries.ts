import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

/** Ages grow without anything changing, so this is asked again and again. */
export const healthQuery = queryOptions({
  queryKey: ['health-report'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/health-report', { signal })),
  refetchInterval: 30_000,
});
