import { Stack } from '@mantine/core';
import { IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '@/components/empty-state';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { ForecastCard } from '@/features/collections/forecast-card';
import { pauseOfSet } from '@/features/holds/pauses';
import { pausesQuery } from '@/features/holds/queries';
import { CreateMenu } from '@/features/reminder-sets/create-menu';
import { ImportButton } from '@/features/reminder-sets/import-button';
import { reminderSetsQuery, setStandingsQuery } from '@/features/reminder-sets/queries';
import { SetList } from '@/features/reminder-sets/set-list';
import { useMay } from '@/lib/session';

export default function ReminderSets() {
  const sets = useQuery(reminderSetsQuery);
  const standings = useQuery(setStandingsQuery).data?.items;
  const pauses = useQuery(pausesQuery).data?.items;
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
              <SetList sets={items} standings={standings} isPaused={(id) => pauseOfSet(pauses, id) !== undefined} />
              <ForecastCard />
            </Stack>
          )
        }
      </QueryView>
    </>
  );
}
