import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

export function notesQuery(invoiceId: string) {
  return queryOptions({
    // Told of together with the timeline they stand on.
    queryKey: ['invoices', 'timeline', invoiceId, 'notes'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/invoices/{invoice_id}/notes', { params: { path: { invoice_id: invoiceId } }, signal })),
  });
}

function useRefreshNotes(invoiceId: string) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: notesQuery(invoiceId).queryKey });
}

export function useAddNote(invoiceId: string) {
  return useMutation({
    mutationFn: (text: string) =>
      unwrap(api.POST('/api/v1/invoices/{invoice_id}/notes', { params: { path: { invoice_id: invoiceId } }, body: { text } })),
    onSuccess: useRefreshNotes(invoiceId),
  });
}

export function useDeleteNote(invoiceId: string) {
  return useMutation({
    mutationFn: async (note_id: string) => {
      await unwrap(api.DELETE('/api/v1/invoice-notes/{note_id}', { params: { path: { note_id } } }));
    },
    onSuccess: useRefreshNotes(invoiceId),
  });
}

export function useRestoreNote(invoiceId: string) {
  return useMutation({
    mutationFn: (note_id: string) => unwrap(api.POST('/api/v1/invoice-notes/{note_id}/restore', { params: { path: { note_id } } })),
    onSuccess: useRefreshNotes(invoiceId),
  });
}
