import { Button, Checkbox, Group, Kbd, Stack, Text } from '@mantine/core';
import { IconCalendarEvent } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Upcoming, UpcomingPage } from '@/api/types';
import { errorText } from '@/api/problem';
import { EmptyState } from '@/components/empty-state';
import { Lines, QueryView } from '@/components/query-view';
import { DayFacts } from '@/features/blast-guard/day-facts';
import { type Day, DaySwitch } from '@/features/upcoming/day-switch';
import { upcomingQuery } from '@/features/upcoming/queries';
import { UpcomingItem } from '@/features/upcoming/upcoming-item';
import { KEYS, useUpcomingKeys } from '@/features/upcoming/use-upcoming-keys';
import { dayInCounts, forWhich, keyOf } from '@/features/upcoming/words';
import { useMay } from '@/lib/session';
import { useToday } from '@/lib/today';
import { DecisionDialogs, useDecisions } from './upcoming-decisions';

function Keys() {
  return (
    <Text size="xs" c="dimmed" visibleFrom="sm">
      {KEYS.map(([key, what]) => (
        <span key={key} style={{ marginRight: 12 }}>
          <Kbd size="xs">{key}</Kbd> {what}
        </span>
      ))}
    </Text>
  );
}

function DayList({ pages, more }: { pages: UpcomingPage[]; more: (() => void) | null }) {
  const items = pages.flatMap((page) => page.items);
  const mayWork = useMay('work');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState(-1);
  const decisions = useDecisions(() => setTicked(new Set()));
  const chosen = items.filter((item) => ticked.has(keyOf(item)));
  const tick = (item: Upcoming) => {
    const next = new Set(ticked);
    if (!next.delete(keyOf(item))) next.add(keyOf(item));
    setTicked(next);
  };
  useUpcomingKeys({
    onMove: (by) => setCurrent(Math.max(0, Math.min(items.length - 1, current + by))),
    onTick: () => {
      const item = items[current];
      if (item && mayWork) tick(item);
    },
    onVerb: (verb) => {
      const item = items[current];
      if (mayWork && (chosen.length || item)) decisions.start(verb, chosen.length ? chosen : item ? [item] : []);
    },
  });
  const { review } = decisions;
  return (
    <>
      {mayWork ? (
        <Group justify="space-between">
          <Group gap="sm">
            <Checkbox
              label={chosen.length ? `${chosen.length.toLocaleString('en-US')} selected` : 'Select all shown'}
              checked={chosen.length > 0 && chosen.length === items.length}
              indeterminate={chosen.length > 0 && chosen.length < items.length}
              onChange={() => setTicked(chosen.length === items.length ? new Set() : new Set(items.map(keyOf)))}
            />
            {(['approve', 'veto', 'undo'] as const).map((verb) => {
              const able = forWhich(chosen, verb).length;
              return able ? (
                <Button key={verb} size="sm" variant="default" loading={review.isPending} onClick={() => decisions.start(verb, chosen)}>
                  {`${{ approve: 'Approve', veto: 'Veto', undo: 'Undo' }[verb]} ${able.toLocaleString('en-US')}`}
                </Button>
              ) : null;
            })}
          </Group>
          <Keys />
        </Group>
      ) : null}
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {items.map((item, index) => (
          <UpcomingItem
            key={keyOf(item)}
            item={item}
            ticked={ticked.has(keyOf(item))}
            current={index === current}
            mayWork={mayWork}
            busy={review.isPending}
            onTick={() => tick(item)}
            onVerb={(verb) => decisions.start(verb, [item])}
          />
        ))}
      </Stack>
      {more ? (
        <Button variant="default" onClick={more}>
          Show more
        </Button>
      ) : null}
      <DecisionDialogs decisions={decisions} />
    </>
  );
}

interface Props {
  day: Day;
  onDay: (day: Day) => void;
}

/** What is planned for today or the next sending day, and what a person decides about it. */
export function UpcomingPanel({ day, onDay }: Props) {
  const { today } = useToday();
  const query = useInfiniteQuery(upcomingQuery(day === 'today' ? today : undefined));
  return (
    <QueryView query={query} loading={<Lines count={6} height={72} />}>
      {({ pages }) => {
        const first = pages[0];
        if (!first) return null;
        return (
          <Stack gap="md">
            <Group justify="space-between">
              <DaySwitch value={day} today={first.today} nextDay={first.next_day} onChange={onDay} />
              <Text size="sm">{dayInCounts(first.counts)}</Text>
            </Group>
            {day === 'today' && first.is_sending_day ? <DayFacts /> : null}
            {query.isError ? <Text c="red">{errorText(query.error)}</Text> : null}
            {first.items.length === 0 ? (
              <EmptyState icon={IconCalendarEvent} title="Nothing is planned">
                {first.is_sending_day
                  ? 'No reminder and no call falls on this day.'
                  : 'No e-mail leaves on this day: it is no sending day.'}
              </EmptyState>
            ) : (
              <DayList key={first.on} pages={pages} more={query.hasNextPage ? () => void query.fetchNextPage() : null} />
            )}
          </Stack>
        );
      }}
    </QueryView>
  );
}
