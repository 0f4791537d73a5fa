import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Sender } from '@/api/types';
import { FormError, fieldErrors } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { useUpdateSender } from './queries';

interface Props {
  sender: Sender;
  submitLabel: string;
  disabled?: boolean;
  onSaved?: (sender: Sender) => void;
}

export function SenderForm({ sender, submitLabel, disabled, onSaved }: Props) {
  const update = useUpdateSender();
  const form = useForm({
    initialValues: {
      from_name: sender.from_name,
      from_email: sender.from_email,
      reply_to: sender.reply_to ?? '',
      signature: sender.signature,
    },
  });
  const submit = form.onSubmit((values) => {
    update.mutate(
      { ...values, reply_to: values.reply_to.trim() || null },
      {
        onSuccess: (saved) => {
          form.resetDirty();
          if (onSaved) onSaved(saved);
          else notifyDone('The sender is saved.');
        },
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    );
  });
  return (
    <form onSubmit={submit}>
      <fieldset disabled={disabled} style={{ border: 0, padding: 0, margin: 0 }}>
        <Stack maw={520}>
          <FormError error={update.error} />
          <TextInput label="From name" description="The name clients see." required {...form.getInputProps('from_name')} />
          <TextInput
            label="From e-mail address"
            description="It is verified by a link before anything leaves."
            type="email"
            required
            {...form.getInputProps('from_email')}
          />
          <TextInput
            label="Reply to"
            description="If answers should go to another address."
            type="email"
            {...form.getInputProps('reply_to')}
          />
          <Textarea label="Signature" autosize minRows={3} {...form.getInputProps('signature')} />
          <Group>
            <Button type="submit" loading={update.isPending}>
              {submitLabel}
            </Button>
          </Group>
        </Stack>
      </fieldset>
    </form>
  );
}
