import { Box, Text } from '@mantine/core';
import type { Refusal } from '@/api/types';
import { LinkText } from '@/components/links';
import { count } from '@/lib/texts';
import classes from './refusal-list.module.css';
import { byReason } from './refusals';

/** Who cannot be reminded, by the reason. */
export function Refusals({ refused }: { refused: readonly Refusal[] }) {
  return (
    <Box mah={400} style={{ overflow: 'auto' }} tabIndex={0} role="group" aria-label="Invoices that cannot be reminded">
      {byReason(refused).map(({ reason, invoices }) => (
        <div key={reason} className={classes.reason}>
          <Text size="sm" fw={550}>
            {reason} <Text span size="sm" c="dimmed" fw={400}>{count(invoices.length, 'invoice')}</Text>
          </Text>
          <ul className={classes.invoices}>
            {invoices.map((entry) => (
              <li key={entry.invoice_id}>
                <LinkText to="/invoices/$invoiceId" params={{ invoiceId: entry.invoice_id }} size="sm">
                  {entry.number || 'Unknown'}
                </LinkText>{' '}
                <Text span size="xs" c="dimmed">
                  {entry.client_name}
                </Text>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Box>
  );
}
