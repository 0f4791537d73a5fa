import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { StepInput } from '@/api/types';

export const reminderSetsQuery = queryOptions({
  queryKey: ['reminder-sets', 'list'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reminder-sets', { params: { query: { limit: 200 } }, signal })),
});

/** What was paid on each set in the last 90 days, and what is still owed. */
export const setStandingsQuery = queryOptions({
  queryKey: ['reminder-sets', 'standings'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reminder-set-standings', { signal })),
});

export const readyMadeQuery = queryOptions({
  queryKey: ['reminder-sets', 'ready-made'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reminder-sets/ready-made', { signal })),
  staleTime: Infinity,
});

export const variablesQuery = queryOptions({
  queryKey: ['reminder-sets', 'variables'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reminder-sets/variables', { signal })),
  staleTime: Infinity,
});

export function reminderSetQuery(id: string) {
  return queryOptions({
    queryKey: ['reminder-sets', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/reminder-sets/{set_id}', { params: { path: { set_id: id } }, signal })),
  });
}

export function lintQuery(steps: StepInput[]) {
  return queryOptions({
    queryKey: ['reminder-sets', 'lint', steps],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/reminder-sets/lint', { body: { steps }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  });
}

export interface MailRequest {
  step: StepInput;
  invoice_id: string | null;
  /** About everything that the invoice's client owes. */
  all_open: boolean;
}

export function previewQuery(body: MailRequest) {
  return queryOptions({
    queryKey: ['reminder-sets', 'preview', body],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/reminder-sets/mail-preview', { body, signal })),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  });
}

export function useSendTest() {
  return useMutation({
    mutationFn: (body: MailRequest) =>
      unwrap(api.POST('/api/v1/reminder-sets/test-mail', { body })),
  });
}

export interface SetContent {
  name: string;
  description: string;
  steps: StepInput[];
}

/** Saves a new set (`id` null), or a new version of the one that was edited. */
export function useSaveSet(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ content, version }: { content: SetContent; version: number }) =>
      id === null
        ? unwrap(api.POST('/api/v1/reminder-sets', { body: content }))
        : unwrap(
            api.PUT('/api/v1/reminder-sets/{set_id}', {
              params: { path: { set_id: id } },
              body: { ...content, version },
            }),
          ),
    onSuccess: (saved) => {
      client.setQueryData(reminderSetQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: reminderSetsQuery.queryKey });
      void client.invalidateQueries({ queryKey: ['collections'] });
    },
    meta: { quiet: true },
  });
}

/** Whether a person must agree to every e-mail of a set. */
export function useSetApproval(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (needs_approval: boolean) =>
      unwrap(
        api.PUT('/api/v1/reminder-sets/{set_id}/approval', {
          params: { path: { set_id: id } },
          body: { needs_approval },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(reminderSetQuery(id).queryKey, saved);
      for (const key of ['collections', 'upcoming']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useArchiveSet() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      await unwrap(api.DELETE('/api/v1/reminder-sets/{set_id}', { params: { path: { set_id: id } } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['reminder-sets'] }),
  });
}
