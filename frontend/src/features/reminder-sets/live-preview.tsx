import { Alert, Box, Button, Group, SegmentedControl, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
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

const WIDTHS = [
  { value: 'desktop', label: 'Computer' },
  { value: 'phone', label: 'Phone' },
];
const PHONE = 360;

/** The e-mail as its reader would see it, a moment after each change. */
export function LivePreview({ step, invoiceId, invoicePicker }: Props) {
  const [settled] = useDebouncedValue(step, 400);
  const [allOpen, setAllOpen] = useState(false);
  const [width, setWidth] = useState('desktop');
  const preview = useQuery(previewQuery({ step: settled, invoice_id: invoiceId, all_open: allOpen }));
  const sendTest = useSendTest();
  return (
    <Stack gap="sm">
      {invoicePicker}
      <Group justify="space-between" gap="xs">
        <Switch
          size="sm"
          label={invoiceId === null ? 'Several invoices in one e-mail' : 'All open invoices of this client'}
          checked={allOpen}
          onChange={(event) => setAllOpen(event.currentTarget.checked)}
        />
        <SegmentedControl size="xs" aria-label="Width of the preview" data={WIDTHS} value={width} onChange={setWidth} />
      </Group>
      {preview.isError ? <ErrorPanel error={preview.error} /> : null}
      {preview.data?.problems.map((problem) => (
        <Alert key={problem} color="amber" py={8}>
          {problem}
        </Alert>
      ))}
      {preview.data ? (
        <Box aria-busy={preview.isFetching}>
          <Text size="xs" c="dimmed">
            {preview.data.invoice_number ? `With ${allOpen ? 'invoices' : 'invoice'} ${preview.data.invoice_number}` : 'With example values'}
          </Text>
          <Text fw={600} mb={8} style={{ overflowWrap: 'anywhere' }}>
            {preview.data.subject}
          </Text>
          <Box maw={width === 'phone' ? PHONE : undefined} mx="auto">
            <MailFrame html={preview.data.html} title="Preview of the e-mail" height={520} />
          </Box>
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
            { step, invoice_id: invoiceId, all_open: allOpen },
            { onSuccess: ({ sent_to }) => notifyDone(`A test was sent to ${sent_to}.`) },
          )
        }
      >
        Send a test to myself
      </Button>
    </Stack>
  );
}
