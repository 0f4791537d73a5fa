import { Box, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import type { Upcoming, UpcomingPage } from '@/api/types';
import { Card } from '@/components/card';
import { EmptyState } from '@/components/empty-state';
import { ErrorPanel } from '@/components/error-panel';
import { LinkButton, LinkText } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { activityQuery } from '@/features/activity/queries';
import { answersToDoQuery } from '@/features/answers/queries';
import { DayFacts } from '@/features/blast-guard/day-facts';
import { setupQuery } from '@/features/firm/queries';
import { promisesToDoQuery } from '@/features/holds/queries';
import { unmatchedQuery } from '@/features/payments/queries';
import { type Need, type NeedKind, needsOf } from '@/features/today/needs';
import { HourBars } from '@/features/upcoming/hour-bars';
import { upcomingQuery } from '@/features/upcoming/queries';
import { UpcomingItem } from '@/features/upcoming/upcoming-item';
import { dayInCounts, keyOf } from '@/features/upcoming/words';
import { relativeDay, weekdayOf } from '@/lib/dates';
import { useMay } from '@/lib/session';
import { count } from '@/lib/texts';
import { useDates, useToday } from '@/lib/today';
import { PageLoading } from './root';
import { DecisionDialogs, useDecisions } from './upcoming-decisions';

/** So many of a day's e-mails stand on the page itself; the rest is one click away. */
const SHOWN = 4;

const PLACES: Record<NeedKind, { to: '/to-do' | '/payments'; search: Record<string, string> }> = {
  uncertain: { to: '/to-do', search: { tab: 'uncertain' } },
  answers: { to: '/to-do', search: { tab: 'answers' } },
  promises: { to: '/to-do', search: { tab: 'promises' } },
  payments_differ: { to: '/to-do', search: { tab: 'payments' } },
  unmatched: { to: '/payments', search: { tab: 'unmatched' } },
  to_record: { to: '/payments', search: { tab: 'to-record' } },
  awaiting_approval: { to: '/to-do', search: { tab: 'approvals' } },
  to_approve_ahead: { to: '/to-do', search: { tab: 'upcoming' } },
  to_call: { to: '/to-do', search: { tab: 'calls' } },
};

/** What asks for a decision first, then what goes next. */
function mostWorth(items: readonly Upcoming[]): Upcoming[] {
  const asks = items.filter((item) => item.can_approve && item.review === null);
  return [...asks, ...items.filter((item) => !asks.includes(item))].slice(0, SHOWN);
}

function Items({ items }: { items: readonly Upcoming[] }) {
  const decisions = useDecisions();
  const mayWork = useMay('work');
  return (
    <>
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
        {mostWorth(items).map((item) => (
          <UpcomingItem
            key={keyOf(item)}
            item={item}
            mayWork={mayWork}
            busy={decisions.review.isPending}
            onVerb={(verb) => decisions.start(verb, [item])}
          />
        ))}
      </Stack>
      <DecisionDialogs decisions={decisions} />
    </>
  );
}

function Planned({ page, isToday }: { page: UpcomingPage; isToday: boolean }) {
  const total = page.total ?? page.items.length;
  if (total === 0) {
    return (
      <Text c="dimmed">
        {page.is_sending_day ? 'No reminder and no call is planned.' : 'No e-mail leaves: it is no sending day.'}
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <Text>{dayInCounts(page.counts)}</Text>
      <HourBars hours={page.hours} />
      <Items items={page.items} />
      <LinkText to="/to-do" search={{ tab: 'upcoming', on: isToday ? 'today' : undefined }}>
        {total > SHOWN ? `All ${total.toLocaleString('en-US')} in the list` : 'Open the list'}
      </LinkText>
    </Stack>
  );
}

function nameOfDay(on: string, today: string): string {
  const name = relativeDay(on, today);
  return name === 'today' ? 'Today' : name === 'tomorrow' ? 'Tomorrow' : weekdayOf(on);
}

function DayCard({ on }: { on: string | undefined }) {
  const { day } = useDates();
  const { today } = useToday();
  const query = useInfiniteQuery(upcomingQuery(on));
  return (
    <QueryView query={query} loading={<Lines count={4} height={28} />}>
      {({ pages: [page] }) =>
        page ? (
          <Card
            title={`${nameOfDay(page.on, today)}, ${day(page.on)}`}
            about={on !== undefined && page.is_sending_day ? <DayFacts /> : undefined}
          >
            <Planned page={page} isToday={on !== undefined} />
          </Card>
        ) : null
      }
    </QueryView>
  );
}

function NeedRow({ need }: { need: Need }) {
  const place = PLACES[need.kind];
  return (
    <Paper component="li" p="sm">
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <Box miw={0}>
          <Text fw={550}>{need.title}</Text>
          <Text size="sm" c="dimmed">
            {need.why}
          </Text>
        </Box>
        <LinkButton {...place} size="sm" variant="default" flex="none" aria-label={`${need.action}: ${need.title}`}>
          {need.action}
        </LinkButton>
      </Group>
    </Paper>
  );
}

/** What comes by itself when nobody has anything to do. */
function WhatNext() {
  const { day } = useDates();
  const { today } = useToday();
  const page = useInfiniteQuery(upcomingQuery(undefined)).data?.pages[0];
  const mails = page?.hours.reduce((sum, { mails }) => sum + mails, 0) ?? 0;
  return (
    <EmptyState icon={IconCircleCheck} title="Nothing needs you">
      {page && mails > 0
        ? `${nameOfDay(page.on, today)}, ${day(page.on)}: ${count(mails, 'e-mail')} ${mails === 1 ? 'is' : 'are'} planned. `
        : 'No e-mail is planned for the next sending day. '}
      Clio is read every 15 minutes; what a client answers or pays appears here by itself.
    </EmptyState>
  );
}

function Needs() {
  const activity = useQuery(activityQuery);
  const answers = useQuery(answersToDoQuery);
  const promises = useQuery(promisesToDoQuery);
  const unmatched = useInfiniteQuery(unmatchedQuery);
  const { today } = useToday();
  const [thisDay, nextDay] = [useInfiniteQuery(upcomingQuery(today)), useInfiniteQuery(upcomingQuery(undefined))];
  // "Nothing needs you" is said only when all of them have said so.
  const failed = [activity, answers, promises, unmatched, thisDay, nextDay].find((query) => query.isError && query.data === undefined);
  if (failed) return <ErrorPanel error={failed.error} onRetry={() => void failed.refetch()} />;
  const first = unmatched.data?.pages[0];
  const days = [thisDay.data?.pages[0], nextDay.data?.pages[0]].filter((page) => page !== undefined);
  if (!activity.data || !answers.data || !promises.data || !first || days.length < 2) return <Lines count={4} height={48} />;
  const needs = needsOf({
    ...activity.data,
    answers: answers.data.total ?? answers.data.items.length,
    promises: promises.data.total ?? promises.data.items.length,
    unmatched: first.total ?? first.items.length,
    to_approve_ahead: days.reduce((sum, { counts }) => sum + counts.needs_approval, 0),
  });
  return (
    <Card title="Needs you">
      {needs.length === 0 ? (
        <WhatNext />
      ) : (
        <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
          {needs.map((need) => (
            <NeedRow key={need.kind} need={need} />
          ))}
        </Stack>
      )}
    </Card>
  );
}

function Morning() {
  const { today } = useToday();
  const { day } = useDates();
  return (
    <>
      <PageHeader title="Today" about={`${weekdayOf(today)}, ${day(today)}: what goes out, and what needs a person.`} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
        <Stack gap="lg">
          <DayCard on={today} />
          <DayCard on={undefined} />
        </Stack>
        <Needs />
      </SimpleGrid>
    </>
  );
}

/** The home of the shell. Until Clio is connected there is nothing to show but the first run. */
export default function Today() {
  return (
    <QueryView query={useQuery(setupQuery)} loading={<PageLoading />}>
      {(setup) => (setup.clio_connected ? <Morning /> : <Navigate to="/welcome" replace />)}
    </QueryView>
  );
}
