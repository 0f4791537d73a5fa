import { Button, Code, Group, Paper, Stack, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { Payment } from '@/api/types';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useDates } from '@/lib/today';
import { useAskInClio, useRecordPayment } from './queries';

export function RecordActions({ payment }: { payment: Payment }) {
  const record = useRecordPayment();
  const ask = useAskInClio();
  const mayWork = useMay('work');
  const name = payment.invoice ? ` for invoice ${payment.invoice.number}` : '';
  return (
    <Group gap="xs">
      {payment.clio_url ? (
        <Button
          component="a"
          href={payment.clio_url}
          target="_blank"
          rel="noreferrer"
          variant="default"
          rightSection={<IconExternalLink size={15} aria-label="opens in a new tab" />}
        >
          Open the bill in Clio
        </Button>
      ) : null}
      {payment.has_clio_task ? (
        <Text size="sm" c="dimmed">
          A task in Clio asks for it
        </Text>
      ) : (
        <Button
          variant="default"
          disabled={!mayWork}
          loading={ask.isPending}
          onClick={() =>
            ask.mutate(payment.id, { onSuccess: () => notifyDone(`A task in Clio asks to record the payment${name}.`) })
          }
        >
          Make a task in Clio
        </Button>
      )}
      <Button
        disabled={!mayWork}
        loading={record.isPending}
        onClick={() =>
          record.mutate(payment.id, { onSuccess: () => notifyDone(`The payment${name} is recorded in Clio.`) })
        }
      >
        Recorded in Clio
      </Button>
    </Group>
  );
}

function Item({ payment }: { payment: Payment }) {
  const { instant } = useDates();
  return (
    <Paper p="md" component="li">
      <Group justify="space-between" gap="md">
        <div>
          <Text fw={600} size="lg">
            <MoneyText money={payment.amount} />
          </Text>
          <Text>
            {payment.client_name ?? 'Unknown client'}
            {payment.invoice ? (
              <>
                {', invoice '}
                <LinkText to="/invoices/$invoiceId" params={{ invoiceId: payment.invoice.id }} underline="always">
                  {payment.invoice.number}
                </LinkText>
              </>
            ) : null}
          </Text>
          <Text size="sm" c="dimmed">
            {instant(payment.paid_at)}
            {payment.stripe_reference ? (
              <>
                {' · '}
                <Code>{payment.stripe_reference}</Code>
              </>
            ) : null}
          </Text>
          {payment.record_note ? (
            <Text size="sm" c="dimmed" maw={640}>
              {payment.record_note}
            </Text>
          ) : null}
        </div>
        <RecordActions payment={payment} />
      </Group>
    </Paper>
  );
}

/** The payments a person has to record in Clio. */
export function ToRecordList({ payments }: { payments: readonly Payment[] }) {
  return (
    <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
      {payments.map((payment) => (
        <Item key={payment.id} payment={payment} />
      ))}
    </Stack>
  );
}
