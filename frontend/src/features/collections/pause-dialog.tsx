import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { DayInput } from '@/components/day-input';
import { FormError, fieldErrors } from '@/components/form-error';
import { addDays } from '@/lib/dates';
import { notifyDone } from '@/lib/notify';
import { useDates, useToday } from '@/lib/today';
import { usePause } from './queries';

interface Props {
  id: string;
  number: string;
  opened: boolean;
  onClose: () => void;
}

export function PauseDialog({ id, number, opened, onClose }: Props) {
  const { today } = useToday();
  const { day } = useDates();
  const pause = usePause(id);
  const form = useForm<{ until: string | null; reason: string }>({ initialValues: { until: null, reason: '' } });
  const submit = form.onSubmit((values) => {
    pause.mutate(values, {
      onSuccess: () => {
        notifyDone(`Reminders for invoice ${number} are paused${values.until ? ` until ${day(values.until)}` : ''}.`);
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Pause the reminders">
      <form onSubmit={submit}>
        <Stack>
          <FormError error={pause.error} />
          <DayInput
            label="Until"
            description="Leave it empty to pause until you resume."
            min={addDays(today, 1)}
            {...form.getInputProps('until')}
            value={form.values.until}
          />
          <Textarea label="Reason" placeholder="Client asked for time until the settlement" autosize minRows={2} data-autofocus {...form.getInputProps('reason')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={pause.isPending}>
              Pause
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
