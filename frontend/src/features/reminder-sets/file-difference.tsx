import { Alert, List, Paper, ScrollArea, Stack, Text } from '@mantine/core';
import { count } from '@/lib/texts';
import { countLines, differenceLines } from './difference-lines';
import classes from './file-difference.module.css';
import type { FileDifference as Difference } from './file-queries';

/** What a file would change, line by line, and what is to be said of its texts. */
export function FileDifference({ found }: { found: Difference }) {
  const lines = differenceLines(found.difference);
  const { added, removed } = countLines(lines);
  if (lines.length === 0) return <Alert role="status">The file says what the set says already. There is nothing to save.</Alert>;
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {found.version === null
          ? `A new set called ${found.name}, with ${count(found.steps_count, 'step')}.`
          : `Compared with version ${String(found.version)}: ${count(added, 'line')} added, ${count(removed, 'line')} removed.`}
      </Text>
      {found.findings.length > 0 ? <Findings found={found} /> : null}
      <Paper withBorder>
        <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0, 'aria-label': 'What would change', role: 'region' }}>
          <pre className={classes.lines}>
            {lines.map((line, at) => (
              <span key={at} className={classes.line} data-is={line.is}>
                {line.text || ' '}
              </span>
            ))}
          </pre>
        </ScrollArea.Autosize>
      </Paper>
    </Stack>
  );
}

function Findings({ found }: { found: Difference }) {
  const isRefused = found.findings.some(({ level }) => level === 'error');
  return (
    <Alert color={isRefused ? 'red' : 'amber'} title={isRefused ? 'It cannot be saved like this' : 'Please look at this'}>
      <List size="sm">
        {found.findings.map(({ line, message }) => (
          <List.Item key={`${String(line)} ${message}`}>
            Line {line}: {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
