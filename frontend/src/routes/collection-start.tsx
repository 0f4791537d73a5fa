import { Box, Grid, Group, Stack } from '@mantine/core';
import { IconMailForward, IconSquareCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Backlog, ReminderSet, Selection } from '@/api/types';
import { BackLink } from '@/components/back-link';
import { Card } from '@/components/card';
import { EmptyState } from '@/components/empty-state';
import { LinkButton } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { BacklogChoice } from '@/features/collections/backlog-choice';
import { collectionPreviewQuery, useStartCollection } from '@/features/collections/queries';
import { SetChoice } from '@/features/collections/set-choice';
import { StartBar } from '@/features/collections/start-bar';
import { StartPreview } from '@/features/collections/start-preview';
import { StepsInWords } from '@/features/collections/steps-in-words';
import { queryOf } from '@/features/invoices/filters';
import { reminderSetQuery, reminderSetsQuery } from '@/features/reminder-sets/queries';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { count } from '@/lib/texts';
import type { StartSearch } from './search';

const route = getRouteApi('/staff/shell/collections/start');

export function selectionOf(search: StartSearch, ticked: string[] | undefined): Selection | null {
  if (search.invoice) return { invoice_ids: [search.invoice] };
  if (search.all) {
    const { section } = search;
    return { all_matching: { ...(section ? { section } : {}), ...queryOf(search) } };
  }
  return ticked && ticked.length > 0 ? { invoice_ids: ticked } : null;
}

function Start({ selection, sets }: { selection: Selection; sets: readonly ReminderSet[] }) {
  const [setId, setSetId] = useState<string | null>(sets[0]?.id ?? null);
  const [backlog, setBacklog] = useState<Backlog>('fitting_step');
  const navigate = useNavigate();
  const mayWork = useMay('work');
  const request = { selection, reminder_set_id: setId ?? '', backlog };
  const preview = useQuery({ ...collectionPreviewQuery(request), enabled: setId !== null });
  const chosen = useQuery({ ...reminderSetQuery(setId ?? ''), enabled: setId !== null });
  const start = useStartCollection();
  const confirm = () =>
    start.mutate(request, {
      onSuccess: ({ started, refused }) => {
        const left = refused.length ? ` ${count(refused.length, 'invoice')} could not be reminded.` : '';
        notifyDone(`${count(started, 'collection')} started.${left}`);
        void navigate({ to: '/invoices', search: { section: 'active_reminders' } });
      },
    });
  const isOld = preview.isPlaceholderData || preview.isPending;
  return (
    <>
      <Grid gap="lg">
        <Grid.Col span={12}>
          <SetChoice sets={sets} value={setId} onChange={setSetId} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
            <Card title="When to begin">
              <BacklogChoice value={backlog} onChange={setBacklog} />
            </Card>
            <Card title="Steps">{chosen.data ? <StepsInWords steps={chosen.data.steps} /> : <Lines count={4} />}</Card>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }} aria-busy={isOld}>
          <Box opacity={preview.isPlaceholderData ? 0.55 : 1}>
            <QueryView query={preview} loading={<Lines count={8} height={28} />}>
              {(data) => <StartPreview preview={data} />}
            </QueryView>
          </Box>
        </Grid.Col>
      </Grid>
      <StartBar preview={preview.data} isOld={isOld} mayStart={mayWork} isStarting={start.isPending} onStart={confirm} />
    </>
  );
}

export default function CollectionStart() {
  const search = route.useSearch();
  const ticked = useLocation({ select: ({ state }) => state.invoiceIds });
  const sets = useQuery(reminderSetsQuery);
  const selection = selectionOf(search, ticked);
  return (
    <>
      <PageHeader
        title="Start Collection"
        about="Choose a reminder set. Nothing is sent before you confirm."
        back={<BackLink to="/invoices">Invoices</BackLink>}
      />
      {selection === null ? (
        <EmptyState
          icon={IconSquareCheck}
          title="No invoices are selected"
          action={<LinkButton to="/invoices" mt="sm">Go to Invoices</LinkButton>}
        >
          Tick invoices in the list, then choose Start Collection.
        </EmptyState>
      ) : (
        <QueryView query={sets} loading={<Lines count={6} height={28} />}>
          {({ items }) =>
            items.length > 0 ? (
              <Start selection={selection} sets={items} />
            ) : (
              <EmptyState
                icon={IconMailForward}
                title="There is no reminder set yet"
                action={
                  <Group mt="sm">
                    <LinkButton to="/reminder-sets">Create reminder sets</LinkButton>
                  </Group>
                }
              >
                Take a ready-made one, or write your own. Then come back and start.
              </EmptyState>
            )
          }
        </QueryView>
      )}
    </>
  );
}
