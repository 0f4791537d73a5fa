import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

/** The counts beside the navigation. */
export const activityQuery = queryOptions({
  queryKey: ['activity'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/activity', { signal })),
});
