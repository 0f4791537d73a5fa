import { Table, Text } from '@mantine/core';
import type { Payment } from '@/api/types';
import { Card } from '@/components/card';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { formatMoney } from '@/lib/money';
import { StateBadge } from './payment-badges';

/** What the client paid in one go, for several invoices: the share of each. */
export function PaidTogether({ payment }: { payment: Payment }) {
  const parts = payment.paid_together;
  const amount_minor = parts.reduce((sum, part) => sum + part.amount.amount_minor, 0);
  const whole = formatMoney({ ...payment.amount, amount_minor });
  return (
    <Card
      title="Paid together"
      about={`The client paid ${whole} at once, for ${parts.length} invoices. A refund goes to the latest invoice first.`}
    >
      <Table.ScrollContainer minWidth={360} type="native" tabIndex={0}>
        <Table verticalSpacing="xs" aria-label="Paid together">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Invoice</Table.Th>
              <Table.Th>Payment</Table.Th>
              <Table.Th ta="right">Amount</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {parts.map((part) => (
              <Table.Tr key={part.payment_id} aria-current={part.payment_id === payment.id ? 'true' : undefined}>
                <Table.Td>
                  {part.invoice ? (
                    <LinkText to="/invoices/$invoiceId" params={{ invoiceId: part.invoice.id }}>
                      {part.invoice.number}
                    </LinkText>
                  ) : (
                    '–'
                  )}
                </Table.Td>
                <Table.Td>
                  <StateBadge payment={part} />
                </Table.Td>
                <Table.Td ta="right">
                  {part.payment_id === payment.id ? (
                    <MoneyText money={part.amount} />
                  ) : (
                    <LinkText to="/payments/$paymentId" params={{ paymentId: part.payment_id }} className="num">
                      {formatMoney(part.amount)}
                    </LinkText>
                  )}
                  {part.refunded.amount_minor > 0 ? (
                    <Text size="xs" c="dimmed">
                      −<MoneyText money={part.refunded} /> refunded
                    </Text>
                  ) : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
