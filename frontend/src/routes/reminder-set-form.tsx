import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { InvoicePicker } from '@/features/invoices/invoice-picker';
import type { Content } from '@/features/reminder-sets/editor';
import { SetEditor } from '@/features/reminder-sets/set-editor';

interface Props {
  id: string | null;
  version: number;
  running: number;
  content: Content;
}

/** The editor, with invoices to preview with. */
export function ReminderSetForm(props: Props) {
  const [invoiceId, setInvoiceId] = useState<string | null>(null);
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
