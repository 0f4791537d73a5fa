import { Badge, Button, Table, Text } from '@mantine/core';
import type { SyncRun } from '@/api/types';
import { durationText, timeLeft } from '@/lib/durations';
import { useDates } from '@/lib/today';

const KINDS: Record<SyncRun['kind'], string> = {
  first_import: 'First import',
  scheduled: 'Every 15 minutes',
  resync: 'Resync',
  reconciliation: 'Nightly comparison',
};
const RESULTS: Record<SyncRun['state'], [string, string]> = {
  running: ['Running', 'petrol'],
  succeeded: ['Succeeded', 'green'],
  failed: ['Failed', 'red'],
};
const NUMBERS = ['Took', 'Bills read', 'Rows changed', 'Requests', 'Differences'];

/** What there is to say beside the result. */
function notes(run: SyncRun): string[] {
  return [
    run.attempt > 1 ? 'Continued after an interruption' : '',
    run.state === 'running' && run.seconds_left !== null ? timeLeft(run.seconds_left) : '',
  ].filter(Boolean);
}

function Row({ run, onDifferences }: { run: SyncRun; onDifferences: (id: string) => void }) {
  const { instant } = useDates();
  const [text, color] = RESULTS[run.state];
  const numbers = [run.bills_read, run.invoices_updated, run.requests_used];
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        {KINDS[run.kind]}
        <Text size="sm" c="dimmed" className="num">
          {instant(run.started_at)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge color={color}>{text}</Badge>
        {notes(run).map((note) => (
          <Text key={note} size="sm" c="dimmed">
            {note}
          </Text>
        ))}
        {run.error ? (
          <Text size="sm" c="red" maw={380}>
            {run.error}
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td ta="right" className="num" style={{ whiteSpace: 'nowrap' }}>
        {run.duration_seconds === null ? '–' : durationText(run.duration_seconds)}
      </Table.Td>
      {numbers.map((number, index) => (
        <Table.Td key={NUMBERS[index + 1]} ta="right" className="num">
          {number.toLocaleString('en-US')}
        </Table.Td>
      ))}
      <Table.Td ta="right" className="num">
        {run.differences > 0 ? (
          <Button size="compact-sm" variant="light" onClick={() => onDifferences(run.id)}>
            Show {run.differences.toLocaleString('en-US')}
          </Button>
        ) : run.kind === 'reconciliation' && run.state === 'succeeded' ? (
          'None'
        ) : (
          '–'
        )}
      </Table.Td>
    </Table.Tr>
  );
}

interface Props {
  runs: readonly SyncRun[];
  onDifferences: (id: string) => void;
}

export function RunsTable({ runs, onDifferences }: Props) {
  if (runs.length === 0) return <Text c="dimmed">No sync has run yet.</Text>;
  return (
    <Table.ScrollContainer minWidth={640} type="native" tabIndex={0}>
      <Table verticalSpacing="xs" horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th>Result</Table.Th>
            {NUMBERS.map((name) => (
              <Table.Th key={name} ta="right">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} onDifferences={onDifferences} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
