import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Reminder } from '@/api/types';

export function remindersQuery(state: Reminder['state']) {
  return queryOptions({
    queryKey: ['reminders', 'list', state],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/reminders', { params: { query: { state, limit: 200 } }, signal })),
  });
}

/** One reminder, with the mail exactly as it was sent. */
export function reminderQuery(id: string) {
  return queryOptions({
    queryKey: ['reminders', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/reminders/{reminder_id}', { params: { path: { reminder_id: id } }, signal })),
  });
}

export type Decision =
  | { id: string; verb: 'approve' }
  | { id: string; verb: 'skip'; reason: string }
  | { id: string; verb: 'resolve'; outcome: 'it_was_sent' | 'send_again' }
  | { id: string; verb: 'called'; note: string };

function decide(decision: Decision) {
  const params = { path: { reminder_id: decision.id } };
  switch (decision.verb) {
    case 'approve':
      return unwrap(api.POST('/api/v1/reminders/{reminder_id}/approve', { params }));
    case 'skip':
      return unwrap(api.POST('/api/v1/reminders/{reminder_id}/skip', { params, body: { reason: decision.reason } }));
    case 'resolve':
      return unwrap(
        api.POST('/api/v1/reminders/{reminder_id}/resolve', { params, body: { outcome: decision.outcome } }),
      );
    case 'called':
      return unwrap(api.POST('/api/v1/reminders/{reminder_id}/called', { params, body: { note: decision.note } }));
  }
}

export function useDecide() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: decide,
    onSettled: () => {
      for (const key of ['reminders', 'activity', 'invoices', 'collections'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
