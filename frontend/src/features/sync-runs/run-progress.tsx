import { Progress, Stack, Text } from '@mantine/core';
import type { SyncRun } from '@/api/types';
import { timeLeft } from '@/lib/durations';
import { count } from '@/lib/texts';

/** How far a running import is. Clio may not have said yet how many bills there are. */
export function RunProgress({ run }: { run: SyncRun }) {
  const total = run.bills_total;
  const percent = total ? Math.min(100, Math.round((run.bills_read / total) * 100)) : 0;
  return (
    <Stack gap={6} aria-live="polite">
      <Progress
        value={total ? percent : 100}
        animated={!total}
        striped={!total}
        size="sm"
        radius="xl"
        aria-label="Reading bills from Clio"
      />
      <Text size="sm" c="dimmed" className="num">
        {total === null
          ? `${count(run.bills_read, 'bill')} read`
          : `${run.bills_read.toLocaleString('en-US')} of ${count(total, 'bill')}`}
        {run.seconds_left === null ? '' : `, ${timeLeft(run.seconds_left)}`}
      </Text>
    </Stack>
  );
}
