import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface NumberRow {
  key: string;
  name: ReactNode;
  cells: ReactNode[];
  isTotal?: boolean;
}

interface Props {
  label: string;
  /** The first names the rows, the others the numbers. */
  heads: string[];
  rows: NumberRow[];
}

/** A chart's numbers. The first column names the row, the others stand to the right. */
export function NumberTable({ label, heads, rows }: Props) {
  return (
    <Table.ScrollContainer minWidth={heads.length > 4 ? 560 : 300} type="native" tabIndex={0} aria-label={`${label}, table`} role="group">
      <Table aria-label={label} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head, index) => (
              <Table.Th key={head} scope="col" ta={index === 0 ? 'left' : 'right'}>
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, name, cells, isTotal }) => (
            <Table.Tr key={key} fw={isTotal ? 600 : undefined}>
              <Table.Th scope="row" fw={isTotal ? 600 : 400}>
                {name}
              </Table.Th>
              {cells.map((cell, index) => (
                <Table.Td key={heads[index + 1]} ta="right" className="num">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
