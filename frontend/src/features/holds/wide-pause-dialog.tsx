import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { DayInput } from '@/components/day-input';
import { FormError, fieldErrors } from '@/components/form-error';
import { addDays } from '@/lib/dates';
import { notifyUndo } from '@/lib/notify-undo';
import { useToday } from '@/lib/today';
import { type PauseValues, usePauseWidely, useResumeWidely, type Whom } from './queries';

interface Props {
  whom: Whom;
  title: string;
  about: string;
  done: string;
  opened: boolean;
  onClose: () => void;
}

/** Pauses more than one invoice at once. */
export function WidePauseDialog({ whom, title, about, done, opened, onClose }: Props) {
  const { today } = useToday();
  const pause = usePauseWidely(whom);
  const resume = useResumeWidely(whom);
  const form = useForm<PauseValues>({ initialValues: { until: null, reason: '' } });
  const submit = form.onSubmit((values) => {
    pause.mutate(values, {
      onSuccess: () => {
        notifyUndo(done, () => resume.mutate());
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  });
  return (
    <Modal opened={opened} onClose={onClose} title={title} onExitTransitionEnd={form.reset}>
      <form onSubmit={submit}>
        <Stack>
          <Text>{about} Every reminder keeps its place, and what is due by then goes when the pause ends.</Text>
          <FormError error={pause.error} />
          <DayInput
            label="Until"
            description="Reminders go on on this day. Leave it empty to pause until you resume."
            min={addDays(today, 1)}
            {...form.getInputProps('until')}
            value={form.values.until}
          />
          <Textarea label="Reason" autosize minRows={2} maxLength={500} data-autofocus {...form.getInputProps('reason')} />
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
