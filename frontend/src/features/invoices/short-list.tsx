import { Badge, Table, Text } from '@mantine/core';
import type { InvoiceRow } from '@/api/types';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { overdueText } from '@/lib/dates';
import { SECTION_NAMES } from '@/lib/texts';
import { useDates } from '@/lib/today';

/** The invoices of one client. */
export function ShortList({ rows }: { rows: readonly InvoiceRow[] }) {
  const { day } = useDates();
  if (rows.length === 0) return <Text c="dimmed">No invoices.</Text>;
  return (
    <Table.ScrollContainer minWidth={420} type="native" tabIndex={0}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Invoice</Table.Th>
            <Table.Th>Due</Table.Th>
            <Table.Th>Section</Table.Th>
            <Table.Th ta="right">Balance</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <LinkText to="/invoices/$invoiceId" params={{ invoiceId: row.id }} fw={550}>
                  {row.number}
                </LinkText>
              </Table.Td>
              <Table.Td>
                <span className="num">{day(row.due_on)}</span>
                {row.due_on && row.section !== 'paid' ? (
                  <Text size="xs" c="dimmed">
                    {overdueText(row.days_overdue)}
                  </Text>
                ) : null}
              </Table.Td>
              <Table.Td>{row.section ? <Badge color="gray">{SECTION_NAMES[row.section]}</Badge> : null}</Table.Td>
              <Table.Td ta="right">
                <MoneyText money={row.balance} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
