import { Table } from '@mantine/core';
import type { PaymentTotal } from '@/api/types';
import { Cell, FramedTable } from '@/components/framed-table';
import { MoneyText } from '@/components/money-text';

/** Sums of all payments that the filters match, one line for each currency. */
export function PaymentTotals({ totals }: { totals: readonly PaymentTotal[] }) {
  if (totals.length === 0) return null;
  return (
    <FramedTable minWidth={520} aria-label="Totals">
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
            <Cell label="Total">
              {total.count === 1 ? '1 payment' : `${String(total.count)} payments`} in {total.net.currency}
            </Cell>
            <Cell label="Received" isNumber>
              <MoneyText money={total.received} />
            </Cell>
            <Cell label="Refunded" isNumber>
              <MoneyText money={total.refunded} />
            </Cell>
            <Cell label="Net" isNumber fw={600}>
              <MoneyText money={total.net} />
            </Cell>
            <Cell label="Under way" isNumber>
              <MoneyText money={total.under_way} />
            </Cell>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </FramedTable>
  );
}
