import { Button, CloseButton, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { DayInput } from '@/components/day-input';
import { FormError, fieldErrors } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { useDates, useToday } from '@/lib/today';
import { type Closure, closuresQuery, useAddClosure, useRemoveClosure } from './calendar-queries';

/** Days on which the firm is closed. Nothing leaves; nothing loses its place. */
export function Closures({ disabled }: { disabled: boolean }) {
  const closures = useQuery(closuresQuery).data?.items ?? [];
  const { today } = useToday();
  const coming = closures.filter(({ ends_on }) => ends_on >= today);
  return (
    <Stack gap="sm">
      {coming.length > 0 ? (
        <Table>
          <Table.Tbody>
            {coming.map((closure) => (
              <ClosureRow key={closure.id} closure={closure} disabled={disabled} />
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        <Text size="sm" c="dimmed">
          No closure is planned.
        </Text>
      )}
      {disabled ? null : <AddClosure />}
    </Stack>
  );
}

function ClosureRow({ closure, disabled }: { closure: Closure; disabled: boolean }) {
  const remove = useRemoveClosure();
  const add = useAddClosure();
  const { day } = useDates();
  const { starts_on, ends_on, reason } = closure;
  const when = starts_on === ends_on ? day(starts_on) : `${day(starts_on)} to ${day(ends_on)}`;
  const takeBack = () =>
    remove.mutate(closure.id, {
      onSuccess: () => notifyDone(`${reason} is removed: mail may leave on these days.`),
    });
  return (
    <Table.Tr>
      <Table.Td>{when}</Table.Td>
      <Table.Td>{reason}</Table.Td>
      <Table.Td w={40}>
        <CloseButton aria-label={`Remove ${reason}`} disabled={disabled || remove.isPending || add.isPending} onClick={takeBack} />
      </Table.Td>
    </Table.Tr>
  );
}

function AddClosure() {
  const add = useAddClosure();
  const { today } = useToday();
  const form = useForm({
    initialValues: { starts_on: '', ends_on: '', reason: '' },
    validate: {
      starts_on: (day) => (day ? null : 'Please choose the first day.'),
      ends_on: (day, { starts_on }) => (day === '' || day >= starts_on ? null : 'Not before the first day.'),
      reason: (reason) => (reason.trim() ? null : 'Please say why, such as Winter break.'),
    },
  });
  const submit = form.onSubmit(({ starts_on, ends_on, reason }) =>
    add.mutate(
      { starts_on, ends_on: ends_on || starts_on, reason },
      {
        onSuccess: () => {
          form.reset();
          notifyDone(`${reason} is saved: no mail leaves on these days.`);
        },
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    ),
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <FormError error={add.error} />
        <Group align="flex-start">
          <DayInput label="First day" min={today} value={form.values.starts_on} error={form.errors.starts_on} onChange={(day) => form.setFieldValue('starts_on', day ?? '')} />
          <DayInput label="Last day" min={form.values.starts_on || today} value={form.values.ends_on} error={form.errors.ends_on} onChange={(day) => form.setFieldValue('ends_on', day ?? '')} />
          <TextInput label="Reason" placeholder="Winter break" flex="1 1 12rem" {...form.getInputProps('reason')} />
        </Group>
        <Group>
          <Button type="submit" variant="default" loading={add.isPending}>
            Add closure
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
