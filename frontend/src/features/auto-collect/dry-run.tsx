import { Box, Button, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { Lines, QueryView } from '@/components/query-view';
import { formatTotals } from '@/lib/money';
import { count } from '@/lib/texts';
import { useDates } from '@/lib/today';
import { type DryRun, type DryRunRequest, dryRunQuery } from './queries';

type Shown = 'starting' | 'refused';
/** A draft, a saved rule, a draft in place of a saved rule; nothing: all rules that are on. */
export type Tried = Pick<DryRunRequest, 'rule' | 'rule_id'>;

/** "12 invoices would start now, $4,200.00 in all." */
export function startingText(found: DryRun): string {
  if (found.starting === 0) return 'No invoice would start now.';
  const total = formatTotals(found.totals.map((each) => each.total));
  return `${count(found.starting, 'invoice')} would start now, ${total} in all.`;
}

function Row({ item, withRule }: { item: DryRun['items'][number]; withRule: boolean }) {
  const { instant } = useDates();
  return (
    <Table.Tr>
      <Table.Td valign="top">
        <LinkText to="/invoices/$invoiceId" params={{ invoiceId: item.invoice_id }}>
          {item.number}
        </LinkText>
        <Text size="xs" c="dimmed">
          {item.client_name}
        </Text>
      </Table.Td>
      <Table.Td valign="top">
        {item.refusal ?? (item.first ? `Step ${String(item.first.step_position)}, ${instant(item.first.at)}` : '–')}
        <Text size="xs" c="dimmed">
          {withRule ? `${item.rule.name}, on “${item.reminder_set}”: ` : ''}
          {item.why}
        </Text>
      </Table.Td>
      <Table.Td valign="top" ta="right">
        <MoneyText money={item.balance} />
      </Table.Td>
    </Table.Tr>
  );
}

function Found({ found, shown, withRule, onMore }: { found: DryRun; shown: Shown; withRule: boolean; onMore: () => void }) {
  if (found.items.length === 0)
    return <Text c="dimmed">{shown === 'starting' ? 'Nothing fits at present. New invoices start when they fit.' : 'None.'}</Text>;
  return (
    <Box mah={420} style={{ overflow: 'auto' }} tabIndex={0} role="group" aria-label="Invoices of the dry run">
      <Table verticalSpacing={6} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Invoice</Table.Th>
            <Table.Th>{shown === 'starting' ? 'First step, and why' : 'Why not, and what fits'}</Table.Th>
            <Table.Th ta="right">Balance</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.items.map((item) => (
            <Row key={item.invoice_id} item={item} withRule={withRule} />
          ))}
        </Table.Tbody>
      </Table>
      {found.next_cursor ? (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={onMore}>
          Show more
        </Button>
      ) : null}
    </Box>
  );
}

/** Which invoices would start, when and why; and which fit but are left to a person. */
export function DryRunView({ request, withRule = false }: { request: Tried; withRule?: boolean }) {
  const [shown, setShown] = useState<Shown>('starting');
  const [limit, setLimit] = useState(20);
  const query = useQuery(dryRunQuery({ ...request, show: shown, limit }));
  return (
    <QueryView query={query} loading={<Lines count={5} />}>
      {(found) => (
        <Stack gap="sm" aria-busy={query.isFetching} opacity={query.isPlaceholderData ? 0.55 : 1}>
          <Text fw={550} role="status">
            {startingText(found)}
          </Text>
          <Group>
            <SegmentedControl
              size="xs"
              aria-label="Which invoices"
              value={shown}
              onChange={(value) => setShown(value as Shown)}
              data={[
                { value: 'starting', label: `Would start (${String(found.starting)})` },
                { value: 'refused', label: `Left to you (${String(found.refused)})` },
              ]}
            />
          </Group>
          {shown === 'refused'
            ? found.reasons.slice(0, 8).map((each) => (
                <Text key={each.reason} size="sm">
                  {count(each.count, 'invoice')}: {each.reason}
                </Text>
              ))
            : null}
          <Found found={found} shown={shown} withRule={withRule} onMore={() => setLimit((now) => Math.min(now + 60, 200))} />
        </Stack>
      )}
    </QueryView>
  );
}
