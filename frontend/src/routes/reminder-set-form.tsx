import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { InvoiceRow } from '@/api/types';
import { InvoicePicker } from '@/features/invoices/invoice-picker';
import { invoiceSearchQuery } from '@/features/invoices/queries';
import type { Content } from '@/features/reminder-sets/editor';
import { SetEditor } from '@/features/reminder-sets/set-editor';

interface Props {
  id: string | null;
  version: number;
  running: number;
  content: Content;
}

/** An invoice to remind of, as near to its due date as there is one. */
function closestToDue(rows: readonly InvoiceRow[]): string | null {
  const inOrder = rows.filter(({ remindable }) => remindable).sort((one, other) => Math.abs(one.days_overdue) - Math.abs(other.days_overdue));
  return inOrder[0]?.id ?? null;
}

/** The editor, with invoices to preview with. */
export function ReminderSetForm(props: Props) {
  const [chosen, setInvoiceId] = useState<string | null>();
  // The mail is shown with a real invoice from the beginning, if there is one to remind of.
  const first = closestToDue(useQuery(invoiceSearchQuery('')).data ?? []);
  const invoiceId = chosen === undefined ? first : chosen;
  const navigate = useNavigate();
  return (
    <SetEditor
      {...props}
      invoiceId={invoiceId}
      invoicePicker={<InvoicePicker value={invoiceId} onChange={setInvoiceId} />}
      onCreated={({ id }) => void navigate({ to: '/reminder-sets/$setId', params: { setId: id }, replace: true })}
    />
  );
}
