import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, unwrap } from '@/api/client';

/** Says that one has the set open, and answers who else has. The server forgets it after 90 seconds. */
function editorsQuery(setId: string) {
  return queryOptions({
    queryKey: ['editors', setId],
    queryFn: ({ signal }) =>
      unwrap(api.PUT('/api/v1/reminder-sets/{set_id}/editing', { params: { path: { set_id: setId } }, signal })),
    refetchInterval: 30_000,
    staleTime: 0,
    gcTime: 0,
  });
}

/** Others who have this set open to change it; tells them of this window until it closes. */
export function useOtherEditors(setId: string) {
  useEffect(() => {
    const leave = () => {
      // Also while the window is closing; if it does not arrive, the server forgets by itself.
      api
        .DELETE('/api/v1/reminder-sets/{set_id}/editing', { params: { path: { set_id: setId } }, keepalive: true })
        .catch(() => undefined);
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [setId]);
  return useQuery(editorsQuery(setId)).data?.items ?? [];
}
