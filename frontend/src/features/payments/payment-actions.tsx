import { Button } from '@mantine/core';
import { useState } from 'react';
import type { PaymentDetail } from '@/api/types';
import { ReasonDialog } from '@/components/reason-dialog';
import { formatMoney } from '@/lib/money';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useUndoPayment } from './queries';
import { RefundDialog } from './refund-dialog';

/** Gives back what is left. */
export function RefundButton({ payment }: { payment: PaymentDetail }) {
  const [opened, setOpened] = useState(false);
  const mayWork = useMay('work');
  if (payment.refundable.amount_minor + payment.refundable_together.amount_minor === 0) return null;
  return (
    <>
      <Button variant="default" disabled={!mayWork || payment.state === 'disputed'} onClick={() => setOpened(true)}>
        Give money back
      </Button>
      <RefundDialog payment={payment} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}

/** Undoes what a person noted or assigned. */
export function UndoButton({ payment }: { payment: PaymentDetail }) {
  const [opened, setOpened] = useState(false);
  const mayWork = useMay('work');
  const undo = useUndoPayment();
  if (!payment.can_undo) return null;
  const what = payment.is_assigned ? 'Take back' : 'Undo';
  const again = payment.invoice ? `Invoice ${payment.invoice.number} is owed again` : 'The money is unmatched again';
  return (
    <>
      <Button variant="default" disabled={!mayWork} onClick={() => setOpened(true)}>
        {payment.is_assigned ? 'Take back the assignment' : 'Undo this payment'}
      </Button>
      <ReasonDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={`${what} ${formatMoney(payment.amount)}?`}
        label="Reason"
        placeholder="The cheque bounced"
        confirm={what}
        color="red"
        required
        busy={undo.isPending}
        error={undo.error}
        onSubmit={(reason) =>
          undo.mutate(
            { id: payment.id, reason },
            {
              onSuccess: () => {
                notifyDone(`${again}. Reminders that have ended stay ended.`);
                setOpened(false);
              },
            },
          )
        }
      >
        {again}. It stays in the list as undone, with your name and the reason. Reminders that have ended do not start
        again by themselves.
      </ReasonDialog>
    </>
  );
}
