import { Button, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { FormError, fieldErrors } from '@/components/form-error';
import { browserTimeZone } from '@/lib/dates';
import { timeZones } from '@/lib/time-zones';
import { useCreateAccount } from './queries';

const SHORTEST_PASSWORD = 12;

export function OwnerForm({ onDone }: { onDone: () => void }) {
  const create = useCreateAccount();
  const form = useForm({
    initialValues: { firm_name: '', time_zone: browserTimeZone(), name: '', email: '', password: '' },
    validate: {
      firm_name: (text) => (text.trim() ? null : 'Please enter the name of the firm.'),
      name: (text) => (text.trim() ? null : 'Please enter your name.'),
      password: (text) =>
        text.length >= SHORTEST_PASSWORD ? null : `Please use at least ${String(SHORTEST_PASSWORD)} characters.`,
    },
  });
  const submit = form.onSubmit((values) => {
    create.mutate(values, { onSuccess: onDone, onError: (error) => form.setErrors(fieldErrors(error)) });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={create.error} />
        <TextInput label="Firm name" required autoFocus autoComplete="organization" {...form.getInputProps('firm_name')} />
        <Select
          label="Time zone"
          description="E-mails leave by this clock."
          data={timeZones(form.values.time_zone)}
          searchable
          required
          allowDeselect={false}
          nothingFoundMessage="No such time zone"
          {...form.getInputProps('time_zone')}
        />
        <TextInput label="Your name" required autoComplete="name" {...form.getInputProps('name')} />
        <TextInput label="E-mail address" type="email" required autoComplete="username" {...form.getInputProps('email')} />
        <PasswordInput
          label="Password"
          description={`At least ${String(SHORTEST_PASSWORD)} characters. A sentence is easy to remember.`}
          required
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={create.isPending} fullWidth mt="xs">
          Create account
        </Button>
      </Stack>
    </form>
  );
}
