import { Table, Text } from '@mantine/core';
import type { Payment } from '@/api/types';
import { Cell, FramedTable } from '@/components/framed-table';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { useDates } from '@/lib/today';
import { RecordBadge, SOURCES, StateBadge, methodName } from './payment-badges';

export function PaymentsTable({ payments }: { payments: readonly Payment[] }) {
  const { instant } = useDates();
  return (
    <FramedTable minWidth={680} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Paid</Table.Th>
          <Table.Th>Invoice</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>Payment</Table.Th>
          <Table.Th>In Clio</Table.Th>
          <Table.Th ta="right">Amount</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {payments.map((payment) => (
          <Table.Tr key={payment.id}>
            <Cell label="Paid">
              <LinkText to="/payments/$paymentId" params={{ paymentId: payment.id }} fw={550}>
                {payment.paid_at ? instant(payment.paid_at) : 'Not yet'}
              </LinkText>
            </Cell>
            <Cell label="Invoice">
              {payment.invoice ? (
                <LinkText to="/invoices/$invoiceId" params={{ invoiceId: payment.invoice.id }} c="inherit">
                  {payment.invoice.number}
                </LinkText>
              ) : (
                '–'
              )}
              {payment.paid_together.length > 0 ? (
                <Text size="xs" c="dimmed">
                  1 of {payment.paid_together.length} paid together
                </Text>
              ) : null}
            </Cell>
            <Cell label="From">
              {payment.client_id ? (
                <LinkText to="/payments" search={{ client: payment.client_id }} c="inherit">
                  {payment.client_name}
                </LinkText>
              ) : (
                '–'
              )}
              <Text size="xs" c="dimmed">
                {SOURCES[payment.source]}
                {payment.method ? ` · ${methodName(payment.method)}` : ''}
              </Text>
            </Cell>
            <Cell label="Payment">
              <StateBadge payment={payment} />
            </Cell>
            <Cell label="In Clio">
              <RecordBadge payment={payment} />
            </Cell>
            <Cell label="Amount" isNumber>
              <MoneyText money={payment.amount} />
              {payment.unmatched ? (
                <Text size="xs" c="dimmed">
                  <MoneyText money={payment.unmatched} /> unmatched
                </Text>
              ) : null}
              {payment.refunded.amount_minor > 0 ? (
                <Text size="xs" c="dimmed">
                  −<MoneyText money={payment.refunded} /> refunded
                </Text>
              ) : null}
            </Cell>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </FramedTable>
  );
}
