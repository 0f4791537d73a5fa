import { Stack, Text } from '@mantine/core';
import type { Collection } from '@/api/types';
import { LinkText } from '@/components/links';
import { useDates } from '@/lib/today';

const STATES: Record<Collection['state'], string> = {
  active: 'Active',
  completed: 'Completed: all reminders were sent',
  stopped: 'Stopped',
  settled: 'Ended: the invoice is paid',
};

export function CollectionFacts({ collection }: { collection: Collection }) {
  const { instant } = useDates();
  return (
    <Stack gap="sm" mb="sm">
      <Text size="sm">
        <LinkText to="/reminder-sets/$setId" params={{ setId: collection.reminder_set.id }} underline="always">
          {collection.reminder_set.name}
        </LinkText>
        , version {collection.reminder_set.version} · {STATES[collection.state]}
        {collection.end_reason && collection.state === 'stopped' ? `: ${collection.end_reason}` : ''}
        <Text size="xs" c="dimmed">
          Started {instant(collection.started_at)}
          {collection.started_by ? ` by ${collection.started_by}` : ''}
          {collection.started_by_rule ? ` by the rule “${collection.started_by_rule}”` : ''}
        </Text>
      </Text>
    </Stack>
  );
}
