import { Badge, Table, Text } from '@mantine/core';
import type { SyncRun } from '@/api/types';
import { useDates } from '@/lib/today';

const KINDS: Record<SyncRun['kind'], string> = {
  first_import: 'First import',
  scheduled: 'Every 15 minutes',
  resync: 'Resync',
};
const RESULTS: Record<SyncRun['state'], [string, string]> = {
  running: ['Running', 'petrol'],
  succeeded: ['Succeeded', 'green'],
  failed: ['Failed', 'red'],
};

export function RunsTable({ runs }: { runs: readonly SyncRun[] }) {
  const { instant } = useDates();
  if (runs.length === 0) return <Text c="dimmed">No sync has run yet.</Text>;
  return (
    <Table.ScrollContainer minWidth={560} type="native" tabIndex={0}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Started</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>Result</Table.Th>
            <Table.Th ta="right">Invoices updated</Table.Th>
            <Table.Th ta="right">Requests</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => {
            const [text, color] = RESULTS[run.state];
            return (
              <Table.Tr key={run.id}>
                <Table.Td className="num">{instant(run.started_at)}</Table.Td>
                <Table.Td>{KINDS[run.kind]}</Table.Td>
                <Table.Td>
                  <Badge color={color}>{text}</Badge>
                  {run.error ? (
                    <Text size="sm" c="red" maw={380}>
                      {run.error}
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td ta="right" className="num">
                  {run.invoices_updated.toLocaleString('en-US')}
                </Table.Td>
                <Table.Td ta="right" className="num">
                  {run.requests_used.toLocaleString('en-US')}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
