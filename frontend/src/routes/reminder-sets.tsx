import { Badge, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { ForecastCard } from '@/features/collections/forecast-card';
import { pauseOfSet } from '@/features/holds/pauses';
import { pausesQuery } from '@/features/holds/queries';
import { CreateMenu } from '@/features/reminder-sets/create-menu';
import { ImportButton } from '@/features/reminder-sets/import-button';
import { reminderSetsQuery } from '@/features/reminder-sets/queries';
import { useMay } from '@/lib/session';
import { useDates } from '@/lib/today';

export default function ReminderSets() {
  const sets = useQuery(reminderSetsQuery);
  const pauses = useQuery(pausesQuery).data?.items;
  const { instant } = useDates();
  const mayWork = useMay('work');
  return (
    <>
      <PageHeader
        title="Reminder sets"
        about="A series of reminders, written once and used for many invoices."
        actions={
          mayWork ? (
            <>
              <ImportButton />
              <CreateMenu />
            </>
          ) : null
        }
      />
      <QueryView query={sets} loading={<Lines count={6} height={28} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={IconMailForward} title="No reminder sets yet">
              Choose Create reminder sets, then Blank or a ready-made set such as Standard.
            </EmptyState>
          ) : (
            <Stack gap="lg">
              <Paper style={{ overflow: 'clip' }}>
              <Table.ScrollContainer minWidth={520} type="native" tabIndex={0}>
                <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Name</Table.Th>
                      <Table.Th ta="right">Steps</Table.Th>
                      <Table.Th ta="right">Active collections</Table.Th>
                      <Table.Th>Changed</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {items.map((set) => (
                      <Table.Tr key={set.id}>
                        <Table.Td>
                          <Group gap={8}>
                            <LinkText to="/reminder-sets/$setId" params={{ setId: set.id }} fw={550}>
                              {set.name}
                            </LinkText>
                            {pauseOfSet(pauses, set.id) ? <Badge color="amber">Paused</Badge> : null}
                          </Group>
                          <Text size="sm" c="dimmed" lineClamp={1}>
                            {set.description}
                          </Text>
                        </Table.Td>
                        <Table.Td ta="right" className="num">
                          {set.steps_count}
                        </Table.Td>
                        <Table.Td ta="right" className="num">
                          {set.active_collections}
                        </Table.Td>
                        <Table.Td className="num">
                          {instant(set.updated_at)}
                          <Text size="xs" c="dimmed">
                            Version {set.version}
                          </Text>
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Paper>
            <ForecastCard />
            </Stack>
          )
        }
      </QueryView>
    </>
  );
}
