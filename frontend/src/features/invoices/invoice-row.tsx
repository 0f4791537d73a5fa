import { Checkbox, Text } from '@mantine/core';
import { memo, useRef } from 'react';
import type { InvoiceRow as Row } from '@/api/types';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { overdueText } from '@/lib/dates';
import { useDates } from '@/lib/today';
import classes from './invoice-table.module.css';
import { mattersText } from './matters-text';
import { reminderLines } from './reminder-lines';

interface Props {
  row: Row;
  index: number;
  isTicked: boolean;
  isFocused: boolean;
  /** `from`: the row ticked before, if shift was held. */
  onTick: (from: number | null) => void;
}

/** The row ticked last, for shift-click; one list is on the screen at a time. */
let lastTicked: number | null = null;

function Due({ row }: { row: Row }) {
  const { day } = useDates();
  if (row.due_on === null) return <Text size="sm" c="dimmed">No due date</Text>;
  const isLate = row.days_overdue > 0 && row.section !== 'paid';
  return (
    <>
      <span className="num">{day(row.due_on)}</span>
      {row.section === 'paid' ? null : (
        <span className={classes.sub} data-late={isLate || undefined}>
          {overdueText(row.days_overdue)}
        </span>
      )}
    </>
  );
}

export const InvoiceRow = memo(function InvoiceRow({ row, index, isTicked, isFocused, onTick }: Props) {
  const { day, instant } = useDates();
  const withShift = useRef(false);
  const [first, second] = reminderLines(row, { day, instant });
  const isLate = row.days_overdue > 0 && row.section !== 'paid';
  return (
    <tr
      className={classes.row}
      aria-rowindex={index + 2}
      data-ticked={isTicked || undefined}
      data-focused={isFocused || undefined}
    >
      <td className={classes.cellTick}>
        <Checkbox
          size="xs"
          aria-label={`Select invoice ${row.number}`}
          checked={isTicked}
          onClick={(event) => {
            withShift.current = event.shiftKey;
          }}
          onChange={() => {
            onTick(withShift.current ? lastTicked : null);
            lastTicked = index;
          }}
        />
      </td>
      <td className={classes.cellMain}>
        <LinkText to="/invoices/$invoiceId" params={{ invoiceId: row.id }} fw={550} c="inherit">
          {row.number}
        </LinkText>
        <span className={`${classes.sub} ${classes.wideOnly}`}>{mattersText(row.matters)}</span>
        <span className={`${classes.sub} ${classes.phoneOnly}`}>{row.client?.name ?? 'No client'}</span>
        <span className={`${classes.sub} ${classes.phoneOnly}`} data-late={isLate || undefined}>
          {row.status_note ?? (row.due_on ? overdueText(row.days_overdue) : 'No due date')}
        </span>
      </td>
      <td className={classes.cellClient}>
        {row.client ? (
          <LinkText to="/clients/$clientId" params={{ clientId: row.client.id }} c="inherit" className={classes.oneLine}>
            {row.client.name}
          </LinkText>
        ) : (
          <Text size="sm" c="dimmed">No client</Text>
        )}
      </td>
      <td className={classes.cellDue}>
        <Due row={row} />
      </td>
      <td className={classes.cellReminders}>
        <span className={classes.oneLine} data-quiet={row.collection === null || undefined} title={first}>
          {first}
        </span>
        {second ? <span className={`${classes.sub} ${classes.oneLine}`} title={second}>{second}</span> : null}
      </td>
      <td className={classes.cellBalance}>
        <MoneyText money={row.balance} />
        {row.balance.amount_minor === row.total.amount_minor ? null : (
          <span className={classes.sub}>
            of <MoneyText money={row.total} />
          </span>
        )}
      </td>
    </tr>
  );
});
