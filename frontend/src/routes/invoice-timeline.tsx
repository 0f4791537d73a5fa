import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { InvoiceDetail } from '@/api/types';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';
import { explanationQuery, planQuery } from '@/features/collections/queries';
import { holdsQuery, promisesQuery } from '@/features/holds/queries';
import { comingOf, pastOf } from '@/features/invoices/moments';
import { NoteForm } from '@/features/invoices/note-form';
import { notesQuery, useDeleteNote, useRestoreNote } from '@/features/invoices/note-queries';
import { timelineQuery } from '@/features/invoices/queries';
import { Timeline } from '@/features/invoices/timeline';
import { MailDrawer } from '@/features/reminders/mail-drawer';
import { notifyUndo } from '@/lib/notify-undo';
import { useMay } from '@/lib/session';
import { useToday } from '@/lib/today';

function useComing(invoice: InvoiceDetail) {
  const collection = invoice.collection?.id;
  const plan = useQuery({ ...planQuery(collection ?? ''), enabled: collection !== undefined }).data?.items ?? [];
  const holds = useQuery(holdsQuery(invoice.id)).data?.items ?? [];
  const promises = useQuery(promisesQuery(invoice.id)).data?.items ?? [];
  const { today, timeZone } = useToday();
  return comingOf({ invoice, plan, holds, promises }, today, timeZone);
}

/** A mail that is decided and has not left stands neither in the past nor in the plan. */
function Waiting({ invoiceId, children }: { invoiceId: string; children: ReactNode }) {
  const { today } = useToday();
  const reasons = useQuery(explanationQuery(invoiceId, today)).data?.reasons ?? [];
  return (
    <>
      {reasons
        .filter(({ code }) => code === 'queued')
        .map(({ sentence }) => (
          <Text key={sentence} size="sm" mb={6}>
            {sentence}
          </Text>
        ))}
      {children}
    </>
  );
}

/** What happened to an invoice and what is to come, with the notes of staff among it. */
export function InvoiceTimeline({ invoice, onWhy }: { invoice: InvoiceDetail; onWhy: (day: string) => void }) {
  const entries = useQuery(timelineQuery(invoice.id));
  const notes = useQuery(notesQuery(invoice.id)).data?.items ?? [];
  const coming = useComing(invoice);
  const { timeZone } = useToday();
  const [mailId, setMailId] = useState<string | null>(null);
  const remove = useDeleteNote(invoice.id);
  const restore = useRestoreNote(invoice.id);
  const mayWrite = useMay('hold');
  const deleteNote = (noteId: string) =>
    remove.mutate(noteId, { onSuccess: () => notifyUndo('The note is deleted.', () => restore.mutate(noteId)) });
  return (
    <Card title="Timeline">
      <QueryView query={entries}>
        {({ items }) => (
          <Timeline
            past={pastOf(items, notes, timeZone)}
            coming={coming}
            today={<Waiting invoiceId={invoice.id}>{mayWrite ? <NoteForm invoiceId={invoice.id} /> : null}</Waiting>}
            onOpenMail={setMailId}
            onWhy={onWhy}
            onDeleteNote={deleteNote}
          />
        )}
      </QueryView>
      <MailDrawer id={mailId} onClose={() => setMailId(null)} />
    </Card>
  );
}
