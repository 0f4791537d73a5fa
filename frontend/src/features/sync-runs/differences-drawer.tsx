import { Badge, Drawer, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { SyncDifference } from '@/api/types';
import { LinkText } from '@/components/links';
import { QueryView } from '@/components/query-view';
import { differencesQuery } from './queries';

const KINDS: Record<SyncDifference['kind'], string> = {
  missing_here: 'Was missing here',
  closed_there: 'Was no longer open in Clio',
  differs: 'Was not the same',
};

function Difference({ found }: { found: SyncDifference }) {
  return (
    <Paper p="sm" component="li">
      <Group justify="space-between" gap="xs" mb={4}>
        {found.invoice ? (
          <LinkText to="/invoices/$invoiceId" params={{ invoiceId: found.invoice.id }}>
            Invoice {found.invoice.number}
          </LinkText>
        ) : (
          <Text className="num">Bill {found.clio_id} in Clio</Text>
        )}
        <Badge color="gray">{KINDS[found.kind]}</Badge>
      </Group>
      <Text size="sm" c="dimmed">
        {found.detail}
      </Text>
    </Paper>
  );
}

function Found({ runId }: { runId: string }) {
  const differences = useQuery(differencesQuery(runId));
  return (
    <Stack>
      <Text size="sm">
        These bills were not the same here and in Clio. They were read again, so they are now. Nothing is left to do.
      </Text>
      <QueryView query={differences}>
        {(items) => (
          <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
            {items.map((found) => (
              <Difference key={found.id} found={found} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Stack>
  );
}

/** What one comparison with Clio found. */
export function DifferencesDrawer({ runId, onClose }: { runId: string | null; onClose: () => void }) {
  return (
    <Drawer opened={runId !== null} onClose={onClose} position="right" size="lg" title="Differences found">
      {runId === null ? null : <Found runId={runId} />}
    </Drawer>
  );
}
