import { Alert, Box, Button, Group, SimpleGrid, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { errorText } from '@/api/problem';
import { MailFrame } from '@/components/mail-frame';
import { notifyDone } from '@/lib/notify';
import { TextEditor } from './text-editor';
import { type ThankYou, type ThanksText, thanksPreviewQuery, useSaveThankYou, useSendThanksTest } from './thank-you-queries';

const HINT = 'A line whose variable is empty is left out: {{ payment.remaining }} is empty once all is paid.';

function textOf({ subject, body, body_format }: ThankYou): ThanksText {
  return { subject, body, body_format };
}

function Switches({ value, disabled, onChange }: { value: ThankYou; disabled: boolean; onChange: (patch: Partial<ThankYou>) => void }) {
  return (
    <Stack gap="xs">
      <Switch
        label="Thank clients for their payments"
        description="Once for each payment, by day; payments from before you switch it on are left alone."
        checked={value.is_enabled}
        disabled={disabled}
        onChange={(event) => onChange({ is_enabled: event.currentTarget.checked })}
      />
      <Switch
        label="Also for payments recorded in Clio"
        checked={value.includes_clio}
        disabled={disabled || !value.is_enabled}
        onChange={(event) => onChange({ includes_clio: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Preview({ preview }: { preview: ReturnType<typeof usePreview> }) {
  const mail = preview.data?.mail;
  if (!mail) return preview.isError ? <Alert color="red">{errorText(preview.error)}</Alert> : <Skeleton h={420} />;
  return (
    <Box aria-busy={preview.isFetching}>
      {mail.problems.map((problem) => (
        <Alert key={problem} color="amber" py={8} mb={8}>
          {problem}
        </Alert>
      ))}
      <Text size="xs" c="dimmed">
        {mail.invoice_number ? `With the latest payment, for invoice ${mail.invoice_number}` : 'With an example'}
      </Text>
      <Text fw={600} mb={8} style={{ overflowWrap: 'anywhere' }}>
        {mail.subject}
      </Text>
      <MailFrame html={mail.html} title="Preview of the thank-you mail" height={420} />
    </Box>
  );
}

function usePreview(text: ThanksText) {
  const [settled] = useDebouncedValue(text, 400);
  return useQuery(thanksPreviewQuery(settled));
}

/** The mail that thanks for a payment: its switches, its text, and how it looks. */
export function ThankYouForm({ saved, disabled }: { saved: ThankYou; disabled: boolean }) {
  const [draft, setDraft] = useState(saved);
  const change = (patch: Partial<ThankYou>) => setDraft((before) => ({ ...before, ...patch }));
  const preview = usePreview(textOf(draft));
  const save = useSaveThankYou();
  const test = useSendThanksTest();
  const isSame = JSON.stringify(draft) === JSON.stringify(saved);
  const done = draft.is_enabled ? 'Payments from now on are thanked for.' : 'Saved. No thank-you mails are sent.';
  return (
    <Stack>
      <Switches value={draft} disabled={disabled} onChange={change} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <TextEditor text={draft} findings={preview.data?.findings ?? []} disabled={disabled} onChange={change} of="thanks" hint={HINT} />
        <Preview preview={preview} />
      </SimpleGrid>
      {save.error ? (
        <Alert color="red" role="alert">
          {errorText(save.error)}
        </Alert>
      ) : null}
      <Group>
        <Button disabled={disabled || isSame} loading={save.isPending} onClick={() => save.mutate(draft, { onSuccess: () => notifyDone(done) })}>
          Save the thank-you mail
        </Button>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<IconSend size={16} aria-hidden />}
          loading={test.isPending}
          onClick={() => test.mutate(textOf(draft), { onSuccess: ({ sent_to }) => notifyDone(`A test was sent to ${sent_to}.`) })}
        >
          Send a test to myself
        </Button>
      </Group>
    </Stack>
  );
}
