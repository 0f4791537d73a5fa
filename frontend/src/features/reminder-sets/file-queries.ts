import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';
import { reminderSetQuery } from './queries';

export type FileDifference = components['schemas']['FileDifference'];

/** Where the browser gets a set's file from. */
export function fileAddress(setId: string): string {
  return `/api/v1/reminder-sets/${encodeURIComponent(setId)}/file`;
}

/** What a file would change in a set, or as the new set that it would be (`setId` null). */
export function fileDifferenceQuery(setId: string | null, text: string) {
  const body = { text };
  return queryOptions({
    queryKey: ['reminder-sets', 'file-difference', setId, text],
    queryFn: ({ signal }) =>
      setId === null
        ? unwrap(api.POST('/api/v1/reminder-sets/file-difference', { body, signal }))
        : unwrap(
            api.POST('/api/v1/reminder-sets/{set_id}/file-difference', {
              params: { path: { set_id: setId } },
              body,
              signal,
            }),
          ),
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
}

interface Import {
  text: string;
  reminder_set_id: string | null;
  /** The version the file was compared with; null for a new set. */
  version: number | null;
}

export function useImportFile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Import) => unwrap(api.POST('/api/v1/reminder-sets/import', { body })),
    onSuccess: (saved) => {
      client.setQueryData(reminderSetQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ['reminder-sets', 'list'] });
      void client.invalidateQueries({ queryKey: ['collections'] });
    },
    meta: { quiet: true },
  });
}
