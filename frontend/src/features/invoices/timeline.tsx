import { Anchor, Badge, Button, Group, Text, ThemeIcon, Timeline as MantineTimeline } from '@mantine/core';
import { IconCalendar, IconChevronUp } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { LinkText } from '@/components/links';
import { relativeDay, weekdayOf } from '@/lib/dates';
import { useDates, useToday } from '@/lib/today';
import { lookOfMoment } from './moment-looks';
import type { Moment } from './moments';
import classes from './timeline.module.css';

interface Props {
  past: readonly Moment[];
  coming: readonly Moment[];
  /** What stands at today's mark: the place to write a note. */
  today: ReactNode;
  onOpenMail: (reminderId: string) => void;
  onWhy: (day: string) => void;
  onDeleteNote: (noteId: string) => void;
}

const MOST_SHOWN = 8;

function LinkTo({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <>
      {' · '}
      <Anchor component="button" type="button" size="xs" onClick={onClick}>
        {children}
      </Anchor>
    </>
  );
}

/** When it was or will be, who did it, and where more of it is to be seen. */
function About({ moment, isComing, onOpenMail, onWhy, onDeleteNote }: { moment: Moment; isComing: boolean } & Pick<Props, 'onOpenMail' | 'onWhy' | 'onDeleteNote'>) {
  const { instant, day } = useDates();
  const { today } = useToday();
  const { reminderId, paymentId, noteId } = moment;
  return (
    <Text size="xs" c="dimmed" component="div">
      {moment.at ? instant(moment.at) : day(moment.on)}
      {isComing ? ` · ${relativeDay(moment.on, today)}` : ''}
      {moment.who ? ` · ${moment.who}` : ''}
      {reminderId ? <LinkTo onClick={() => onOpenMail(reminderId)}>Show the e-mail</LinkTo> : null}
      {paymentId ? (
        <>
          {' · '}
          <LinkText to="/payments/$paymentId" params={{ paymentId }} size="xs">
            Show the payment
          </LinkText>
        </>
      ) : null}
      {noteId ? <LinkTo onClick={() => onDeleteNote(noteId)}>Delete the note</LinkTo> : null}
      {moment.kind.startsWith('planned') || moment.kind.startsWith('reminder') ? (
        <LinkTo onClick={() => onWhy(moment.on)}>
          Why?<span className="visually-hidden"> {day(moment.on)}</span>
        </LinkTo>
      ) : null}
    </Text>
  );
}

/** What happened to the invoice, today's mark, and what is to come. */
export function Timeline({ past, coming, today, ...does }: Props) {
  const { day } = useDates();
  const now = useToday().today;
  const [isLong, setLong] = useState(false);
  const hidden = isLong ? 0 : Math.max(0, past.length - MOST_SHOWN);
  const item = (moment: Moment, isComing: boolean) => {
    const [Icon, color, badge] = lookOfMoment(moment.kind);
    return (
      <MantineTimeline.Item
        key={moment.id}
        lineVariant={isComing ? 'dashed' : 'solid'}
        title={
          <Group gap={8} justify="space-between" wrap="nowrap" align="flex-start">
            <Text fw={550}>{moment.title}</Text>
            {badge ? (
              <Badge color={color} style={{ flex: 'none' }}>
                {badge}
              </Badge>
            ) : null}
          </Group>
        }
        bullet={
          <ThemeIcon size={26} radius="xl" variant="light" color={color} aria-hidden>
            <Icon size={14} stroke={1.8} />
          </ThemeIcon>
        }
      >
        {moment.detail ? <Text size="sm" className={classes.detail}>{moment.detail}</Text> : null}
        <About moment={moment} isComing={isComing} {...does} />
      </MantineTimeline.Item>
    );
  };
  return (
    <>
      {hidden > 0 ? (
        <Button variant="subtle" size="compact-sm" mb="sm" leftSection={<IconChevronUp size={14} aria-hidden />} onClick={() => setLong(true)}>
          Show {hidden} earlier
        </Button>
      ) : null}
      <MantineTimeline bulletSize={26} lineWidth={1} active={-1}>
        {past.slice(hidden).map((moment) => item(moment, false))}
        <MantineTimeline.Item
          key="today"
          lineVariant="dashed"
          className={classes.today}
          title={
            <Text fw={650} c="var(--mantine-color-anchor)">
              Today, {weekdayOf(now)}, {day(now)}
            </Text>
          }
          bullet={
            <ThemeIcon size={26} radius="xl" aria-hidden>
              <IconCalendar size={14} stroke={1.8} />
            </ThemeIcon>
          }
        >
          {today}
          {coming.length === 0 ? <Text c="dimmed" size="sm" mt={6}>Nothing is planned.</Text> : null}
        </MantineTimeline.Item>
        {coming.map((moment) => item(moment, true))}
      </MantineTimeline>
    </>
  );
}
