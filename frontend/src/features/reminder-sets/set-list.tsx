import { Badge, Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Money, ReminderSet, SetStanding } from '@/api/types';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { seriesText } from '@/lib/step-words';
import { useDates } from '@/lib/today';
import classes from './set-list.module.css';
import { StepsSketch } from './steps-sketch';

interface Props {
  sets: readonly ReminderSet[];
  standings: readonly SetStanding[] | undefined;
  isPaused: (id: string) => boolean;
}

/** An amount for each currency; nothing is a dash. */
function Amounts({ of }: { of: readonly Money[] | undefined }) {
  if (!of || of.length === 0) return <span className={classes.none}>–</span>;
  return of.map((money) => (
    <div key={money.currency}>
      <MoneyText money={money} />
    </div>
  ));
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

function Row({ set, standing, isPaused }: { set: ReminderSet; standing: SetStanding | undefined; isPaused: boolean }) {
  const { instant } = useDates();
  return (
    <Paper component="li" className={classes.row}>
      <div className={classes.about}>
        <Group gap={8}>
          <LinkText to="/reminder-sets/$setId" params={{ setId: set.id }} fw={600} size="lg">
            {set.name}
          </LinkText>
          {set.ready_made ? (
            <Badge color="petrol">{set.ready_made === set.name ? 'Ready-made' : `Ready-made: ${set.ready_made}`}</Badge>
          ) : (
            <Badge color="gray">Own</Badge>
          )}
          {set.needs_approval ? <Badge color="gray">Needs approval</Badge> : null}
          {isPaused ? <Badge color="amber">Paused</Badge> : null}
        </Group>
        {set.description ? (
          <Text size="sm" c="dimmed" lineClamp={1}>
            {set.description}
          </Text>
        ) : null}
        <StepsSketch steps={set.steps_in_brief} />
        <Text size="sm">{seriesText(set.steps_in_brief)}</Text>
        <Text size="xs" c="dimmed">
          Version {set.version}, changed {instant(set.updated_at)}
        </Text>
      </div>
      <dl className={classes.figures}>
        <Figure name="Running">{set.active_collections.toLocaleString('en-US')}</Figure>
        <Figure name="Paid in 90 days">
          <Amounts of={standing?.paid} />
        </Figure>
        <Figure name="Still owed">
          <Amounts of={standing?.owed} />
        </Figure>
      </dl>
    </Paper>
  );
}

/** The firm's sets: what each sends, on how many invoices it runs, and what was paid on them. */
export function SetList({ sets, standings, isPaused }: Props) {
  return (
    <ul className={classes.list} aria-label="Reminder sets">
      {sets.map((set) => (
        <Row key={set.id} set={set} standing={standings?.find((each) => each.reminder_set_id === set.id)} isPaused={isPaused(set.id)} />
      ))}
    </ul>
  );
}
