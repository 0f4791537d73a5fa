import { Alert, Box, Button, Group, Paper, SegmentedControl, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { MailPreview, StepInput } from '@/api/types';
import { ErrorPanel } from '@/components/error-panel';
import { MailFrame } from '@/components/mail-frame';
import { notifyDone } from '@/lib/notify';
import classes from './live-preview.module.css';
import { previewQuery, useSendTest } from './queries';

interface Props {
  step: StepInput;
  invoiceId: string | null;
  /** The box in which an invoice is chosen. */
  invoicePicker: ReactNode;
}

const LOOKS = [
  { value: 'computer', label: 'Computer' },
  { value: 'phone', label: 'Phone' },
  { value: 'text', label: 'Text' },
];
type Look = 'computer' | 'phone' | 'text';

/** Pixels that a mail program gives a mail. */
const WIDTHS = { computer: 720, phone: 360 };
const HEIGHT = 560;

/** The e-mail as its reader would see it, a moment after each change. */
export function LivePreview({ step, invoiceId, invoicePicker }: Props) {
  const [settled] = useDebouncedValue(step, 400);
  const [allOpen, setAllOpen] = useState(false);
  const isPhone = useMediaQuery('(max-width: 36em)') ?? false;
  const [chosen, setLook] = useState<Look | null>(null);
  const look = chosen ?? (isPhone ? 'phone' : 'computer');
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
        <SegmentedControl size="xs" aria-label="How it is shown" data={LOOKS} value={look} onChange={(value) => setLook(value as Look)} />
      </Group>
      {preview.isError ? <ErrorPanel error={preview.error} /> : null}
      {preview.data?.problems.map((problem) => (
        <Alert key={problem} color="amber" py={8}>
          {problem}
        </Alert>
      ))}
      {preview.data ? (
        <Box aria-busy={preview.isFetching}>
          <Text size="xs" c="dimmed" mb={6}>
            {preview.data.invoice_number ? `With ${allOpen ? 'invoices' : 'invoice'} ${preview.data.invoice_number}` : 'With example values'}
          </Text>
          <Mail mail={preview.data} look={look} />
        </Box>
      ) : preview.isPending ? (
        <Skeleton h={HEIGHT} />
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

/** What stands in the inbox, and the mail below it. */
function Mail({ mail, look }: { mail: MailPreview; look: Look }) {
  return (
    <Paper className={classes.mail} data-look={look}>
      <div className={classes.head}>
        <Text size="xs" c="dimmed">
          {mail.from_name} {mail.from_email ? `<${mail.from_email}>` : ''}
        </Text>
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {mail.subject || '–'}
        </Text>
      </div>
      {look === 'text' ? (
        <pre className={classes.text} tabIndex={0} aria-label="Plain text of the e-mail" role="region">
          {mail.text}
        </pre>
      ) : (
        <MailFrame html={mail.html} title="Preview of the e-mail" height={HEIGHT} width={WIDTHS[look]} isPlain />
      )}
    </Paper>
  );
}
