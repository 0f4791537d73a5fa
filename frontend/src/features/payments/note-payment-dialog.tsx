import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconCoin } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Money, NotedPaymentInput } from '@/api/types';
import { ActionButton } from '@/components/action-button';
import { DayInput } from '@/components/day-input';
import { FormError, fieldErrors } from '@/components/form-error';
import { formatMoney } from '@/lib/money';
import { notifyUndo } from '@/lib/notify-undo';
import { useRequestKey } from '@/lib/request-key';
import { useToday } from '@/lib/today';
import { AmountInput } from './amount-input';
import { useNotePayment, useUndoPayment } from './queries';

const METHODS = [
  { value: 'cheque', label: 'Cheque' },
  { value: 'transfer', label: 'Bank transfer' },
  { value: 'cash', label: 'Cash' },
  { value: 'other', label: 'Other' },
] as const;

interface Props {
  invoiceId: string;
  balance: Money;
  opened: boolean;
  onClose: () => void;
}

/** Notes a payment that the firm got by itself. */
export function NotePaymentDialog(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Note a payment">
      <NotePaymentForm {...props} />
    </Modal>
  );
}

function NotePaymentForm({ invoiceId, balance, onClose }: Props) {
  const { today } = useToday();
  const note = useNotePayment(invoiceId);
  const undo = useUndoPayment();
  const [key, nextKey] = useRequestKey();
  const [amount, setAmount] = useState<number | null>(balance.amount_minor);
  const [day, setDay] = useState<string | null>(today);
  const [method, setMethod] = useState<NotedPaymentInput['method']>('cheque');
  const [reference, setReference] = useState('');
  const errors = fieldErrors(note.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!amount || !day) return;
    note.mutate(
      { key, body: { amount_minor: amount, received_on: day, method, reference: reference.trim() } },
      {
        onSuccess: (made) => {
          nextKey();
          notifyUndo(`${formatMoney(made.amount)} is noted. It waits in To record in Clio.`, () =>
            undo.mutate({ id: made.id, reason: 'Noted by mistake' }),
          );
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          For money that came as a cheque, by transfer or in cash. Reminders for what is paid stop at once. It has to be
          recorded in Clio too.
        </Text>
        <FormError error={note.error} />
        <AmountInput label="Amount" required limit={balance} value={amount} onChange={setAmount} error={errors.amount_minor} data-autofocus />
        <DayInput label="Received on" required max={today} value={day} onChange={setDay} error={errors.received_on} />
        <Select
          label="Method"
          allowDeselect={false}
          data={METHODS}
          value={method}
          onChange={(value) => setMethod(METHODS.find((each) => each.value === value)?.value ?? 'other')}
        />
        <TextInput
          label="Reference"
          description="Number of the cheque or the transfer, if there is one."
          maxLength={200}
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value)}
          error={errors.reference}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={note.isPending} disabled={!amount || !day}>
            Note the payment
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Opens the dialog. */
export function NotePayment({ invoiceId, balance }: { invoiceId: string; balance: Money }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionButton keyName="M" leftSection={<IconCoin size={16} aria-hidden />} onClick={() => setOpened(true)}>
        Note a payment
      </ActionButton>
      <NotePaymentDialog invoiceId={invoiceId} balance={balance} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}
