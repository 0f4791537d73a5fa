import { Badge, Stack, Tabs, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ComponentType, useState } from 'react';
import type { Activity, Reminder } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { activityQuery } from '@/features/activity/queries';
import { AnswersToDo } from '@/features/answers/answers-to-do';
import { answersToDoQuery } from '@/features/answers/queries';
import { PromisesToDo } from '@/features/holds/promises-to-do';
import { promisesToDoQuery } from '@/features/holds/queries';
import { PaymentAlertsToDo } from '@/features/payment-proofs/alerts-to-do';
import { Approval, Call, Uncertain } from '@/features/reminders/decisions';
import { MailDrawer } from '@/features/reminders/mail-drawer';
import { remindersQuery } from '@/features/reminders/queries';
import { ToDoItem } from '@/features/reminders/to-do-item';
import { type ToDoTab } from './search';
import { UpcomingPanel } from './upcoming-panel';

const route = getRouteApi('/staff/shell/to-do');

interface Kind {
  tab: Exclude<ToDoTab, 'upcoming' | 'answers' | 'promises' | 'payments'>;
  label: string;
  about: string;
  empty: string;
  state: Reminder['state'];
  number: (activity: Activity) => number;
  decision: ComponentType<{ reminder: Reminder }>;
}

const KINDS: Kind[] = [
  {
    tab: 'approvals',
    label: 'Awaiting approval',
    about: 'These e-mails leave only after your approval.',
    empty: 'No e-mail waits for approval.',
    state: 'awaiting_approval',
    number: (activity) => activity.awaiting_approval,
    decision: Approval,
  },
  {
    tab: 'uncertain',
    label: 'Uncertain e-mails',
    about: 'The connection broke off after the e-mail was handed over. It may have arrived, so it is never sent again by itself.',
    empty: 'Every e-mail is known to be sent or not.',
    state: 'uncertain',
    number: (activity) => activity.uncertain,
    decision: Uncertain,
  },
  {
    tab: 'calls',
    label: 'Calls to make',
    about: 'Steps of reminder sets that ask for a call.',
    empty: 'No call is due.',
    state: 'to_call',
    number: (activity) => activity.to_call,
    decision: Call,
  },
];

function List({ kind, onOpenMail }: { kind: Kind; onOpenMail: (id: string) => void }) {
  const Decision = kind.decision;
  return (
    <QueryView query={useQuery(remindersQuery(kind.state))} loading={<Lines count={4} height={60} />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title="Nothing to do">
            {kind.empty}
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <Text c="dimmed">{kind.about}</Text>
            <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
              {items.map((reminder) => (
                <ToDoItem key={reminder.id} reminder={reminder} onOpenMail={onOpenMail}>
                  <Decision reminder={reminder} />
                </ToDoItem>
              ))}
            </Stack>
          </Stack>
        )
      }
    </QueryView>
  );
}

export default function ToDo() {
  const { tab = 'approvals', on } = route.useSearch();
  const navigate = useNavigate();
  const activity = useQuery(activityQuery).data;
  const answers = useQuery(answersToDoQuery).data?.total ?? 0;
  const promises = useQuery(promisesToDoQuery).data?.total ?? 0;
  const [mailId, setMailId] = useState<string | null>(null);
  return (
    <>
      <PageHeader title="To do" about="What a person has to decide or do." />
      <Tabs value={tab} keepMounted={false} onChange={(next) => void navigate({ to: '/to-do', search: { tab: next as ToDoTab } })}>
        <Tabs.List mb="md">
          {KINDS.map((kind) => {
            const number = activity ? kind.number(activity) : 0;
            return (
              <Tabs.Tab
                key={kind.tab}
                value={kind.tab}
                rightSection={number ? <Badge size="sm" color="amber">{number}</Badge> : null}
              >
                {kind.label}
              </Tabs.Tab>
            );
          })}
          <Tabs.Tab value="answers" rightSection={answers ? <Badge size="sm" color="amber">{answers}</Badge> : null}>
            Clients’ answers
          </Tabs.Tab>
          <Tabs.Tab
            value="promises"
            rightSection={promises ? <Badge size="sm" color="amber">{promises}</Badge> : null}
          >
            Promises
          </Tabs.Tab>
          <Tabs.Tab
            value="payments"
            rightSection={activity?.payments_differ ? <Badge size="sm" color="amber">{activity.payments_differ}</Badge> : null}
          >
            Payments that differ
          </Tabs.Tab>
          <Tabs.Tab value="upcoming">Upcoming</Tabs.Tab>
        </Tabs.List>
        {KINDS.map((kind) => (
          <Tabs.Panel key={kind.tab} value={kind.tab}>
            <List kind={kind} onOpenMail={setMailId} />
          </Tabs.Panel>
        ))}
        <Tabs.Panel value="answers">
          <AnswersToDo />
        </Tabs.Panel>
        <Tabs.Panel value="promises">
          <PromisesToDo />
        </Tabs.Panel>
        <Tabs.Panel value="payments">
          <PaymentAlertsToDo />
        </Tabs.Panel>
        <Tabs.Panel value="upcoming">
          <UpcomingPanel
            day={on ?? 'next'}
            onDay={(day) =>
              void navigate({ to: '/to-do', search: { tab: 'upcoming', on: day === 'today' ? day : undefined } })
            }
          />
        </Tabs.Panel>
      </Tabs>
      <MailDrawer id={mailId} onClose={() => setMailId(null)} />
    </>
  );
}
