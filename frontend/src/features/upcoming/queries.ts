import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Upcoming } from '@/api/types';

export type Which = Pick<Upcoming, 'collection_id' | 'step_id' | 'occurrence'>;
export interface MailText {
  subject: string;
  body: string;
}
export type Review =
  | { decision: 'approve' }
  | { decision: 'veto'; reason: string }
  | ({ decision: 'edit' } & MailText)
  | { decision: 'undo' };

export function which({ collection_id, step_id, occurrence }: Which): Which {
  return { collection_id, step_id, occurrence };
}

/** A day's list; without a day that of the next sending day. */
export function upcomingQuery(on: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['upcoming', 'list', on ?? 'next'],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/v1/upcoming', { params: { query: { on, limit: 100, cursor: pageParam ?? undefined } }, signal }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** One planned mail as it would read now, with its own text or with one that is being written. */
export function draftQuery(item: Which, text: MailText | null) {
  return queryOptions({
    queryKey: ['upcoming', 'draft', which(item), text],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/upcoming/draft', { body: { ...which(item), ...text }, signal })),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  });
}

async function decide({ item, review }: { item: Which; review: Review }): Promise<void> {
  if (review.decision === 'undo') await unwrap(api.POST('/api/v1/upcoming/undo', { body: which(item) }));
  else await unwrap(api.POST('/api/v1/upcoming/review', { body: { reason: '', ...which(item), ...review } }));
}

export interface Done {
  done: number;
  failed: unknown[];
}

/** Decides about one mail or several, one after the other: what fails stops no other. */
export function useReview() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ items, review }: { items: readonly Which[]; review: Review }): Promise<Done> => {
      const failed: unknown[] = [];
      for (const item of items) {
        try {
          await decide({ item, review });
        } catch (error) {
          failed.push(error);
        }
      }
      return { done: items.length - failed.length, failed };
    },
    onSettled: () => {
      for (const key of ['upcoming', 'reminders', 'activity', 'invoices', 'collections'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
