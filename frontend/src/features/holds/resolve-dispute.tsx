import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconGavel } from '@tabler/icons-react';
import type { AfterDispute } from '@/api/types';
import { ActionButton } from '@/components/action-button';
import { FormError } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { useResolveDispute } from './queries';

/** Ends a dispute: a person says what becomes of the reminders. */
export function ResolveDispute({ invoiceId, number }: { invoiceId: string; number: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const resolve = useResolveDispute(invoiceId);
  const form = useForm<{ then: AfterDispute; note: string }>({ initialValues: { then: 'resume', note: '' } });
  const submit = form.onSubmit((values) => {
    resolve.mutate(values, {
      onSuccess: () => {
        notifyDone(`The dispute of invoice ${number} is resolved.`);
        close();
      },
    });
  });
  return (
    <>
      <ActionButton keyName="A" variant="filled" leftSection={<IconGavel size={16} aria-hidden />} onClick={open}>
        Resolve the dispute
      </ActionButton>
      <Modal opened={opened} onClose={close} title="Resolve the dispute" onExitTransitionEnd={form.reset}>
        <form onSubmit={submit}>
          <Stack>
            <FormError error={resolve.error} />
            <Radio.Group label="What becomes of the reminders?" {...form.getInputProps('then')}>
              <Stack gap="xs" mt="xs">
                <Radio value="resume" label="They go on where they were" data-autofocus />
                <Radio value="stop" label="They stop for good; a new collection can be started later" />
              </Stack>
            </Radio.Group>
            <Textarea label="Note" autosize minRows={2} maxLength={500} {...form.getInputProps('note')} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={resolve.isPending}>
                Resolve
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
