import { Alert, Anchor, Button, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { PaymentDetail } from '@/api/types';
import { FormError, fieldErrors } from '@/components/form-error';
import { formatMoney } from '@/lib/money';
import { notifyDone } from '@/lib/notify';
import { useRequestKey } from '@/lib/request-key';
import { AmountInput } from './amount-input';
import { useRefund } from './queries';

/** Clio has no way to take a payment back by itself. */
export function InClioNote({ payment }: { payment: PaymentDetail }) {
  if (!['recorded', 'confirmed'].includes(payment.record_state)) return null;
  return (
    <Alert color="amber" title="Clio has to be corrected by hand">
      Clio already shows this payment, and nothing can be taken back there from here.{' '}
      {payment.clio_url ? (
        <Anchor href={payment.clio_url} target="_blank" rel="noreferrer" inherit underline="always">
          Open the bill in Clio
        </Anchor>
      ) : null}
    </Alert>
  );
}

interface Props {
  payment: PaymentDetail;
  opened: boolean;
  onClose: () => void;
}

/** Gives money back through Stripe. */
export function RefundDialog({ payment, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Give money back">
      <RefundForm payment={payment} onClose={onClose} />
    </Modal>
  );
}

function RefundForm({ payment, onClose }: Omit<Props, 'opened'>) {
  const refund = useRefund(payment.id);
  const [key, nextKey] = useRequestKey();
  const [whole, setWhole] = useState(false);
  const together = payment.paid_together.length > 0;
  const limit = whole ? payment.refundable_together : payment.refundable;
  const offered = Math.min(payment.overpaid?.amount_minor ?? limit.amount_minor, limit.amount_minor);
  const [amount, setAmount] = useState<number | null>(offered);
  const [reason, setReason] = useState('');
  const errors = fieldErrors(refund.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!amount) return;
    refund.mutate(
      { key, body: { amount_minor: amount, whole_payment: whole, reason: reason.trim() } },
      {
        onSuccess: (made) => {
          nextKey();
          if (made.state !== 'refused') notifyDone(`${formatMoney(made.amount)} goes back to the client.`);
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>The money goes back to the card or account it came from. That cannot be stopped once it is sent.</Text>
        <FormError error={refund.error} />
        {together ? (
          <Radio.Group
            label="Of what"
            value={whole ? 'whole' : 'share'}
            onChange={(value) => {
              setWhole(value === 'whole');
              setAmount((value === 'whole' ? payment.refundable_together : payment.refundable).amount_minor);
            }}
          >
            <Stack gap={6} mt={6}>
              <Radio
                value="share"
                label={`What was paid for ${payment.invoice ? `invoice ${payment.invoice.number}` : 'this share'} (${formatMoney(payment.refundable)} left)`}
                disabled={payment.refundable.amount_minor === 0}
              />
              <Radio value="whole" label={`All that was paid together (${formatMoney(payment.refundable_together)} left)`} />
            </Stack>
          </Radio.Group>
        ) : null}
        <AmountInput label="Amount" required limit={limit} value={amount} onChange={setAmount} error={errors.amount_minor} />
        <Textarea
          label="Reason"
          description="For your own records; the client does not see it."
          required
          maxLength={500}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={errors.reason}
        />
        <InClioNote payment={payment} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={refund.isPending} disabled={!amount}>
            {amount ? `Give back ${formatMoney({ ...limit, amount_minor: amount })}` : 'Give back'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
