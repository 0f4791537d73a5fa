import { Paper, Table } from '@mantine/core';
import type { PaymentTotal } from '@/api/types';
import { MoneyText } from '@/components/money-text';

/** Sums of all payments that the filters match, one line for each currency. */
export function PaymentTotals({ totals }: { totals: readonly PaymentTotal[] }) {
  if (totals.length === 0) return null;
  return (
    <Paper style={{ overflow: 'clip' }}>
      <Table.ScrollContainer minWidth={520} type="native" tabIndex={0}>
        <Table verticalSpacing="xs" horizontalSpacing="md" aria-label="Totals">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Total</Table.Th>
              <Table.Th ta="right">Received</Table.Th>
              <Table.Th ta="right">Refunded</Table.Th>
              <Table.Th ta="right">Net</Table.Th>
              <Table.Th ta="right">Under way</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {totals.map((total) => (
              <Table.Tr key={total.net.currency}>
                <Table.Td>
                  {total.count === 1 ? '1 payment' : `${String(total.count)} payments`} in {total.net.currency}
                </Table.Td>
                <Table.Td ta="right">
                  <MoneyText money={total.received} />
                </Table.Td>
                <Table.Td ta="right">
                  <MoneyText money={total.refunded} />
                </Table.Td>
                <Table.Td ta="right" fw={600}>
                  <MoneyText money={total.net} />
                </Table.Td>
                <Table.Td ta="right">
                  <MoneyText money={total.under_way} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
