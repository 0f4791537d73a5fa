import { Alert, Anchor, Box, Group, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SyncRun } from '@/api/types';
import { count } from '@/lib/texts';
import { syncRunQuery, useResync } from './queries';
import { RunProgress } from './run-progress';

function Outcome({ run, onReload }: { run: SyncRun; onReload: () => void }) {
  if (run.state === 'running') return <RunProgress run={run} />;
  if (run.state === 'failed') {
    return (
      <Alert color="red" p="xs" role="alert">
        {run.error ?? 'The sync failed.'}
      </Alert>
    );
  }
  return (
    <Group gap="xs" justify="flex-end" role="status">
      <Text size="sm">{count(run.invoices_updated, 'invoice')} updated</Text>
      <Anchor component="button" type="button" size="sm" onClick={onReload}>
        Reload this page
      </Anchor>
    </Group>
  );
}

/** The link Resync, and beneath it how the run goes and what it brought. */
export function Resync() {
  const resync = useResync();
  const client = useQueryClient();
  const [runId, setRunId] = useState<string | null>(null);
  const run = useQuery({ ...syncRunQuery(runId ?? ''), enabled: runId !== null }).data;
  const isRunning = resync.isPending || run?.state === 'running';

  const ended = run && run.state !== 'running' ? run.id : null;
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['invoices'] });
  }, [ended, client]);

  return (
    <Box w={{ base: '100%', xs: 250 }} ta="right">
      <Anchor
        component="button"
        type="button"
        fw={550}
        disabled={isRunning}
        aria-disabled={isRunning}
        onClick={() => resync.mutate(undefined, { onSuccess: ({ id }) => setRunId(id) })}
      >
        <Group gap={6} component="span">
          <IconRefresh size={16} aria-hidden />
          Resync
        </Group>
      </Anchor>
      <Box mt={6} mih={24}>
        {run ? <Outcome run={run} onReload={() => window.location.reload()} /> : null}
      </Box>
    </Box>
  );
}
