import { useQuery } from '@tanstack/react-query';
import { IconMailForward, IconPencil } from '@tabler/icons-react';
import type { InvoiceDetail } from '@/api/types';
import { ActionButton, lookOf } from '@/components/action-button';
import { Actions } from '@/components/actions';
import { LinkButton } from '@/components/links';
import { CollectionActions } from '@/features/collections/collection-actions';
import { collectionQuery, planQuery } from '@/features/collections/queries';
import { ClientSays } from '@/features/holds/client-says';
import { holdsQuery } from '@/features/holds/queries';
import { ResolveDispute } from '@/features/holds/resolve-dispute';
import { InvoiceLinks } from '@/features/invoices/invoice-links';
import { NotePayment } from '@/features/payments/note-payment-dialog';
import { useMay } from '@/lib/session';

/** Reminders to come, as steps that a broken promise may go on with. */
function useStepsToCome(collectionId: string | undefined) {
  const plan = useQuery({ ...planQuery(collectionId ?? ''), enabled: collectionId !== undefined }).data?.items ?? [];
  const labels = new Map(plan.map((item) => [item.step_position, `step ${String(item.step_position)}: ${item.subject}`]));
  return [...labels].map(([position, label]) => ({ position, label }));
}

function WhatClientSays({ invoice, collectionId }: { invoice: InvoiceDetail; collectionId: string | undefined }) {
  const mayHold = useMay('hold');
  const holds = useQuery(holdsQuery(invoice.id)).data?.items;
  const steps = useStepsToCome(collectionId);
  if (!mayHold || invoice.clio_state !== 'awaiting_payment' || invoice.section === 'paid') return null;
  if (holds?.some(({ kind, can_resume }) => kind === 'dispute' && can_resume))
    return <ResolveDispute invoiceId={invoice.id} number={invoice.number} />;
  return <ClientSays invoiceId={invoice.id} number={invoice.number} balance={invoice.balance} steps={steps} />;
}

/** All that can be done with an invoice, in one place, each by a key too. */
export function InvoiceActions({ invoice }: { invoice: InvoiceDetail }) {
  const mayWork = useMay('work');
  const mayHold = useMay('hold');
  const id = invoice.collection?.id;
  const collection = useQuery({ ...collectionQuery(id ?? ''), enabled: id !== undefined }).data;
  const canStart = mayWork && invoice.remindable && (id === undefined || (collection && collection.state !== 'active'));
  return (
    <Actions>
      {canStart ? (
        <LinkButton
          to="/collections/start"
          search={{ invoice: invoice.id }}
          {...lookOf('C')}
          variant="filled"
          leftSection={<IconMailForward size={16} aria-hidden />}
        >
          Start Collection
        </LinkButton>
      ) : null}
      {collection ? <CollectionActions collection={collection} number={invoice.number} /> : null}
      <WhatClientSays invoice={invoice} collectionId={collection?.state === 'active' ? id : undefined} />
      {mayWork && invoice.clio_state === 'awaiting_payment' && invoice.balance.amount_minor > 0 ? (
        <NotePayment invoiceId={invoice.id} balance={invoice.balance} />
      ) : null}
      {mayHold ? (
        <ActionButton
          keyName="N"
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => document.getElementById('write-a-note')?.focus()}
        >
          Write a note
        </ActionButton>
      ) : null}
      <InvoiceLinks invoice={invoice} />
    </Actions>
  );
}
