import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Firm } from '@/api/types';
import { FormError, fieldErrors } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { timeZones } from '@/lib/time-zones';
import { useUpdateFirm } from './queries';

export function CompanyForm({ firm, disabled }: { firm: Firm; disabled: boolean }) {
  const update = useUpdateFirm();
  const form = useForm({ initialValues: firm });
  const submit = form.onSubmit((values) => {
    update.mutate(values, {
      onSuccess: () => notifyDone('The company details are saved.'),
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  });
  return (
    <form onSubmit={submit}>
      <fieldset disabled={disabled} style={{ border: 0, padding: 0, margin: 0 }}>
        <Stack maw={520}>
          <FormError error={update.error} />
          <TextInput label="Firm name" required {...form.getInputProps('name')} />
          <Textarea label="Address" autosize minRows={2} {...form.getInputProps('address')} />
          <TextInput label="Phone" type="tel" {...form.getInputProps('phone')} />
          <TextInput label="Website" {...form.getInputProps('website')} />
          <Select
            label="Time zone"
            description="E-mails leave by this clock."
            data={timeZones(form.values.time_zone)}
            searchable
            allowDeselect={false}
            disabled={disabled}
            {...form.getInputProps('time_zone')}
          />
          <Group>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </fieldset>
    </form>
  );
}
