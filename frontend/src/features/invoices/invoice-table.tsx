import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { InvoiceRow as Row, Sort } from '@/api/types';
import { InvoiceRow } from './invoice-row';
import classes from './invoice-table.module.css';
import { isTicked, pageState, type TickAction, type Ticked } from './selection';

const ROW_HEIGHT = 60;

interface Props {
  rows: readonly Row[];
  total: number;
  ticked: Ticked;
  focused: number;
  sort: Sort;
  hasMore: boolean;
  dispatch: (action: TickAction) => void;
  onSort: (sort: Sort) => void;
  onEnd: () => void;
}

const COLUMNS = [
  { key: 'number', label: 'Invoice', className: classes.cellMain },
  { key: 'client', label: 'Client', className: classes.cellClient },
  { key: 'due_on', label: 'Due', className: classes.cellDue },
  { key: null, label: 'Reminders', className: classes.cellReminders },
  { key: 'balance', label: 'Balance', className: classes.cellBalance },
] as const;

function SortHeader({ column, sort, onSort }: { column: (typeof COLUMNS)[number]; sort: Sort; onSort: Props['onSort'] }) {
  if (column.key === null) return <th className={column.className}>{column.label}</th>;
  const isDown = sort === `-${column.key}`;
  const isUp = sort === column.key;
  const Arrow = isDown ? IconArrowDown : IconArrowUp;
  return (
    <th className={column.className} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" className={classes.sort} onClick={() => onSort(isUp ? `-${column.key}` : column.key)}>
        {column.label}
        <Arrow size={13} aria-hidden className={isUp || isDown ? undefined : classes.idle} />
      </button>
    </th>
  );
}

/** A table of any length: only the rows in sight are drawn. */
export function InvoiceTable(props: Props) {
  const { rows, ticked, dispatch, onEnd, hasMore } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    if (body.current) setOffset(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
   
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - 20) onEnd();
  }, [hasMore, last, rows.length, onEnd]);
  useEffect(() => {
    if (props.focused >= 0) virtualizer.scrollToIndex(props.focused, { align: 'auto' });
  }, [props.focused, virtualizer]);

  const loaded = rows.map((row) => row.id);
  const page = pageState(ticked, loaded);
  const before = (items[0]?.start ?? offset) - offset;
  const after = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? offset) - offset);
  return (
    <table className={classes.table} aria-rowcount={props.total + 1}>
      <thead>
        <tr>
          <th className={classes.cellTick}>
            <Checkbox
              size="xs"
              aria-label="Select all shown"
              checked={page === 'all'}
              indeterminate={page === 'some'}
              onChange={() => dispatch({ type: 'page', loaded, isTicked: page !== 'all' })}
            />
          </th>
          {COLUMNS.map((column) => (
            <SortHeader key={column.label} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {before > 0 ? <tr aria-hidden style={{ height: before }} /> : null}
        {items.map(({ index }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <InvoiceRow
              key={row.id}
              row={row}
              index={index}
              isTicked={isTicked(ticked, row.id)}
              isFocused={index === props.focused}
              onTick={(from) =>
                from === null
                  ? dispatch({ type: 'toggle', id: row.id, loaded })
                  : dispatch({ type: 'range', ids: loaded.slice(Math.min(from, index), Math.max(from, index) + 1) })
              }
            />
          );
        })}
        {after > 0 ? <tr aria-hidden style={{ height: after }} /> : null}
      </tbody>
    </table>
  );
}
