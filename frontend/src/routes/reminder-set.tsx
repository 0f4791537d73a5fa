import { Button } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReminderSetDetail } from '@/api/types';
import { BackLink } from '@/components/back-link';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { ApprovalSwitch } from '@/features/reminder-sets/approval-switch';
import { PauseButton } from '@/features/holds/pause-button';
import { PauseNote } from '@/features/holds/pause-note';
import { pauseOfSet } from '@/features/holds/pauses';
import { pausesQuery } from '@/features/holds/queries';
import { fileAddress } from '@/features/reminder-sets/file-queries';
import { reminderSetQuery, useArchiveSet } from '@/features/reminder-sets/queries';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { count } from '@/lib/texts';
import { ReminderSetForm } from './reminder-set-form';

const route = getRouteApi('/staff/shell/reminder-sets/$setId');

function Archive({ set }: { set: ReminderSetDetail }) {
  const archive = useArchiveSet();
  const navigate = useNavigate();
  const ask = () =>
    modals.openConfirmModal({
      title: `Archive ${set.name}?`,
      children:
        set.active_collections > 0
          ? `${count(set.active_collections, 'active collection uses', 'active collections use')} it and will be held.`
          : 'It can no longer be chosen for new collections.',
      labels: { confirm: 'Archive', cancel: 'Keep it' },
      confirmProps: { color: 'red' },
      onConfirm: () =>
        archive.mutate(set.id, {
          onSuccess: () => {
            notifyDone(`${set.name} is archived.`);
            void navigate({ to: '/reminder-sets' });
          },
        }),
    });
  return (
    <Button variant="default" onClick={ask} loading={archive.isPending}>
      Archive
    </Button>
  );
}

export default function ReminderSetPage() {
  const { setId } = route.useParams();
  const mayWork = useMay('work');
  const pause = pauseOfSet(useQuery(pausesQuery).data?.items, setId);
  return (
    <QueryView query={useQuery(reminderSetQuery(setId))} loading={<Lines count={8} height={28} />}>
      {(set) => (
        <>
          <PageHeader
            title={set.name}
            about={`Used by ${count(set.active_collections, 'active collection')}.`}
            back={<BackLink to="/reminder-sets">Reminder sets</BackLink>}
            actions={
              <>
                <Button variant="default" component="a" href={fileAddress(set.id)} download>
                  Download as file
                </Button>
                {mayWork && set.archived_at === null ? (
                  <>
                    <PauseButton
                      whom={{ setId }}
                      pause={pause}
                      label="Pause this set"
                      about={`Nothing of ${set.name} is sent to anybody.`}
                      paused={`The set ${set.name} is paused.`}
                      resumed={`The set ${set.name} goes on.`}
                    />
                    <Archive set={set} />
                  </>
                ) : null}
              </>
            }
          />
          {pause ? <PauseNote pause={pause} /> : null}
          {set.archived_at === null ? <ApprovalSwitch set={set} disabled={!mayWork} /> : null}
          <ReminderSetForm key={set.id} id={set.id} version={set.version} running={set.active_collections} content={set} />
        </>
      )}
    </QueryView>
  );
}
