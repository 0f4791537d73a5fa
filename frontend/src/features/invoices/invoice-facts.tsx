import { Text } from '@mantine/core';
import type { InvoiceDetail } from '@/api/types';
import { Facts } from '@/components/facts';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { overdueText } from '@/lib/dates';
import { useDates } from '@/lib/today';

export function InvoiceFacts({ invoice }: { invoice: InvoiceDetail }) {
  const { day, instant } = useDates();
  const due = invoice.due_on ? (
    <>
      {day(invoice.due_on)}
      {invoice.section === 'paid' ? null : <Text c="dimmed"> {overdueText(invoice.days_overdue)}</Text>}
    </>
  ) : (
    'No due date'
  );
  const isPending = invoice.pending.amount_minor > 0;
  const differs = invoice.clio_balance.amount_minor !== invoice.balance.amount_minor;
  return (
    <Facts
      items={[
        ['Balance', <Text key="balance" fw={600}><MoneyText money={invoice.balance} /></Text>],
        ['Total', <MoneyText key="total" money={invoice.total} />],
        ['Paid', <MoneyText key="paid" money={invoice.paid} />],
        ['Payment under way', isPending ? <MoneyText key="pending" money={invoice.pending} /> : null],
        ['Balance in Clio', differs ? <MoneyText key="clio" money={invoice.clio_balance} /> : null],
        ['Due', due],
        ['Issued', invoice.issued_on ? day(invoice.issued_on) : null],
        [
          'Client',
          invoice.client ? (
            <LinkText to="/clients/$clientId" params={{ clientId: invoice.client.id }}>
              {invoice.client.name}
            </LinkText>
          ) : (
            'No client'
          ),
        ],
        ['Reminders go to', invoice.recipient ?? 'No e-mail address'],
        ['Matter', invoice.matter?.display_number ?? null],
        ['State in Clio', invoice.clio_state.replaceAll('_', ' ')],
        ['Last read from Clio', instant(invoice.last_read_at)],
      ]}
    />
  );
}
