import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Client } from '@/api/types';
import { FormError, fieldErrors } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useUpdateClient } from './queries';

export function OverrideForm({ client }: { client: Client }) {
  const update = useUpdateClient(client.id);
  const mayWork = useMay('work');
  const form = useForm({ initialValues: { email_override: client.email_override ?? '' } });
  const submit = form.onSubmit(({ email_override }) => {
    update.mutate({ email_override: email_override.trim() || null }, {
      onSuccess: ({ effective_email }) => notifyDone(`Reminders for ${client.name} go to ${effective_email ?? 'no one'}.`),
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={update.error} />
        <TextInput
          label="Send reminders to another address"
          description="Used in place of the one from Clio. Clio is not changed."
          type="email"
          disabled={!mayWork}
          {...form.getInputProps('email_override')}
        />
        <Group>
          <Button type="submit" loading={update.isPending} disabled={!mayWork}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
