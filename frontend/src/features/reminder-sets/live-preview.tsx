import { Alert, Box, Button, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { StepInput } from '@/api/types';
import { ErrorPanel } from '@/components/error-panel';
import { MailFrame } from '@/components/mail-frame';
import { notifyDone } from '@/lib/notify';
import { previewQuery, useSendTest } from './queries';

interface Props {
  step: StepInput;
  invoiceId: string | null;
  /** The box in which an invoice is chosen. */
  invoicePicker: ReactNode;
}

/** The e-mail as its reader would see it, a moment after each change. */
export function LivePreview({ step, invoiceId, invoicePicker }: Props) {
  const [settled] = useDebouncedValue(step, 400);
  const preview = useQuery(previewQuery(settled, invoiceId));
  const sendTest = useSendTest();
  return (
    <Stack gap="sm">
      {invoicePicker}
      {preview.isError ? <ErrorPanel error={preview.error} /> : null}
      {preview.data?.problems.map((problem) => (
        <Alert key={problem} color="amber" py={8}>
          {problem}
        </Alert>
      ))}
      {preview.data ? (
        <Box aria-busy={preview.isFetching}>
          <Text size="xs" c="dimmed">
            {preview.data.invoice_number ? `With invoice ${preview.data.invoice_number}` : 'With example values'}
          </Text>
          <Text fw={600} mb={8} style={{ overflowWrap: 'anywhere' }}>
            {preview.data.subject}
          </Text>
          <MailFrame html={preview.data.html} title="Preview of the e-mail" height={520} />
        </Box>
      ) : preview.isPending ? (
        <Skeleton h={560} />
      ) : null}
      <Button
        variant="default"
        leftSection={<IconSend size={16} aria-hidden />}
        loading={sendTest.isPending}
        onClick={() =>
          sendTest.mutate(
            { step, invoice_id: invoiceId },
            { onSuccess: ({ sent_to }) => notifyDone(`A test was sent to ${sent_to}.`) },
          )
        }
      >
        Send a test to myself
      </Button>
    </Stack>
  );
}
