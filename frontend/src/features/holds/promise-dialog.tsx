import { Button, Group, Modal, NumberInput, Select, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Money } from '@/api/types';
import { DayInput } from '@/components/day-input';
import { FormError, fieldErrors } from '@/components/form-error';
import { addDays } from '@/lib/dates';
import { formatMoney, minorDigits, toDecimal } from '@/lib/money';
import { notifyUndo } from '@/lib/notify-undo';
import { useDates, useToday } from '@/lib/today';
import { toPromise, type PromiseValues } from './promise-values';
import { usePromise, useWithdrawPromise } from './queries';

export interface StepChoice {
  position: number;
  label: string;
}

interface Props {
  invoiceId: string;
  balance: Money;
  steps: readonly StepChoice[];
  opened: boolean;
  onClose: () => void;
}

const WHERE_IT_WAS = 'resume';

/** Notes what a client has promised. */
export function PromiseDialog({ invoiceId, balance, steps, opened, onClose }: Props) {
  const { today } = useToday();
  const { day } = useDates();
  const promise = usePromise(invoiceId);
  const withdraw = useWithdrawPromise();
  const digits = minorDigits(balance.currency);
  const form = useForm<PromiseValues>({
    initialValues: { promised_on: addDays(today, 7), amount: '', note: '', after: WHERE_IT_WAS },
    validate: { promised_on: (value) => (value ? null : 'Please choose the day.') },
  });
  const submit = form.onSubmit((values) => {
    promise.mutate(toPromise(values, digits), {
      onSuccess: (made) => {
        notifyUndo(`Reminders wait for the promise: ${formatMoney(made.amount)} by ${day(made.promised_on)}.`, () =>
          withdraw.mutate(made.id),
        );
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  });
  return (
    <Modal opened={opened} onClose={onClose} title="The client promises to pay" onExitTransitionEnd={form.reset}>
      <form onSubmit={submit}>
        <Stack>
          <Text>
            Reminders wait until the end of that day, and one business day more, because a payment is often booked a day
            later. Once the money is there, the promise is kept and the wait is over.
          </Text>
          <FormError error={promise.error} />
          <DayInput
            label="Will pay on"
            required
            min={today}
            {...form.getInputProps('promised_on')}
            value={form.values.promised_on}
          />
          <NumberInput
            label="Amount"
            description={`Leave it empty for the whole balance of ${formatMoney(balance)}.`}
            min={0}
            max={Number(toDecimal(balance.amount_minor, digits))}
            decimalScale={digits}
            {...form.getInputProps('amount')}
          />
          {steps.length > 0 ? (
            <Select
              label="If the promise is broken"
              allowDeselect={false}
              data={[
                { value: WHERE_IT_WAS, label: 'Reminders go on where they were' },
                ...steps.map(({ position, label }) => ({ value: String(position), label: `Go on with ${label}` })),
              ]}
              {...form.getInputProps('after')}
            />
          ) : null}
          <Textarea label="Note" autosize minRows={2} maxLength={500} {...form.getInputProps('note')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={promise.isPending}>
              Note the promise
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
