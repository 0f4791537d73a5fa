import { Paper, Table, type TableProps } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './framed-table.module.css';

interface CellProps {
  /** Name of the column, which a phone shows beside the cell. */
  label: string;
  isNumber?: boolean;
  fw?: number;
  children: ReactNode;
}

/** One value of a row. All of it stays together, also where a phone puts the label beside it. */
export function Cell({ label, isNumber = false, fw, children }: CellProps) {
  return (
    <Table.Td data-label={label} ta={isNumber ? { sm: 'right' } : undefined} fw={fw} className={isNumber ? 'num' : undefined}>
      <div>{children}</div>
    </Table.Td>
  );
}

/** A table in a frame: scrolls sideways where it is narrow, and is a list of cards on a phone. */
export function FramedTable({ minWidth, ...table }: TableProps & { minWidth: number }) {
  return (
    <Paper style={{ overflow: 'clip' }}>
      <div className={classes.scroll} tabIndex={0}>
        <Table
          verticalSpacing="xs"
          horizontalSpacing="md"
          {...table}
          className={classes.table}
          style={{ '--table-min-width': `${String(minWidth)}px` }}
        />
      </div>
    </Paper>
  );
}
