import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { DayInput } from '@/components/day-input';
import { FormError, fieldErrors } from '@/components/form-error';
import { addDays } from '@/lib/dates';
import { useToday } from '@/lib/today';

interface Props {
  opened: boolean;
  onClose: () => void;
  busy: boolean;
  error: unknown;
  onSubmit: (values: { until: string | null; note: string }, failed: (error: unknown) => void) => void;
}

/** What was agreed with a client who needs a plan. */
export function PlanDialog({ opened, onClose, busy, error, onSubmit }: Props) {
  const { today } = useToday();
  const form = useForm<{ until: string | null; note: string }>({ initialValues: { until: null, note: '' } });
  return (
    <Modal opened={opened} onClose={onClose} title="A plan is agreed" onExitTransitionEnd={form.reset}>
      <form onSubmit={form.onSubmit((values) => onSubmit(values, (failure) => form.setErrors(fieldErrors(failure))))}>
        <Stack>
          <Text>Reminders wait as long as the plan needs. The amounts stay as they are in Clio.</Text>
          <FormError error={error} />
          <DayInput
            label="Reminders wait until"
            description="Leave it empty to wait until somebody resumes them."
            min={addDays(today, 1)}
            {...form.getInputProps('until')}
            value={form.values.until}
          />
          <Textarea label="What was agreed" autosize minRows={2} maxLength={500} {...form.getInputProps('note')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              Plan agreed
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
