import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { InvoiceDetail } from '@/api/types';
import { Facts } from '@/components/facts';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { overdueText } from '@/lib/dates';
import { useDates } from '@/lib/today';

const SPLIT = 'The work was split between several payers in Clio. Each has a bill of their own; this is one of them.';

function matterFacts({ matters }: InvoiceDetail): [string, ReactNode][] {
  if (matters.length < 2) return [['Matter', matters[0]?.display_number ?? null]];
  return [
    [
      'Matters',
      <Stack key="matters" component="ul" gap={2} m={0} p={0} style={{ listStyle: 'none' }}>
        {matters.map((matter) => (
          <li key={matter.id}>{matter.display_number}</li>
        ))}
      </Stack>,
    ],
  ];
}

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
        ...matterFacts(invoice),
        ['Split bill', invoice.is_split ? SPLIT : null],
        ['State in Clio', invoice.clio_state.replaceAll('_', ' ')],
        ['Last read from Clio', instant(invoice.last_read_at)],
      ]}
    />
  );
}
