import { Group, Paper, Text } from '@mantine/core';
import { useElementSize, useMediaQuery } from '@mantine/hooks';
import { type CSSProperties, type ReactNode, useState } from 'react';
import type { Finding, Step } from '@/api/types';
import type { DraftAction, DraftStep } from './editor';
import classes from './set-timeline.module.css';
import { type Axis, ANCHORS, axisOf, dayOf, inOrder, placeOf, rowsOf, ticksOf } from './timeline';
import { type Moves, TimelineStep } from './timeline-step';

interface Props {
  steps: readonly DraftStep[];
  selected: string | null;
  findings: readonly Finding[];
  disabled: boolean;
  dispatch: (action: DraftAction) => void;
  /** The button that adds a step. */
  add: ReactNode;
}

interface LaneProps extends Omit<Props, 'add'>, Moves {
  anchor: Step['anchor'];
  isVertical: boolean;
}

const NAMES: Record<Step['anchor'], string> = {
  due: 'Due date',
  issue: 'Invoice date',
  start: 'Start',
  month: 'First of each month',
};
const TALL = 340;
const CHIP = { high: 34, wide: 66, wideBusiness: 112, repeats: 18 };

function widthOf(step: DraftStep): number {
  const text = step.offset_unit === 'business_days' && step.offset_days !== 0 ? CHIP.wideBusiness : CHIP.wide;
  return text + (step.repeat_every_days !== null || step.anchor === 'month' ? CHIP.repeats : 0);
}

function tickText(day: number): string {
  return `${day > 0 ? '+' : '−'}${String(Math.abs(day))}`;
}

function Ticks({ axis, name }: { axis: Axis; name: string }) {
  return ticksOf(axis).map((day) => (
    <span key={day} className={classes.tick} data-zero={day === 0 || undefined} style={{ '--at': placeOf(day, axis) } as CSSProperties} aria-hidden>
      <span>{day === 0 ? name : tickText(day)}</span>
    </span>
  ));
}

/** The steps that count from one date, on the days around it. */
function Lane({ anchor, isVertical, ...props }: LaneProps) {
  const { ref, width, height } = useElementSize();
  const [frozen, setFrozen] = useState<Axis | null>(null);
  const axis = frozen ?? axisOf(anchor, props.steps);
  const length = (isVertical ? height : width) || (isVertical ? TALL : 900);
  const own = props.steps.filter((step) => step.anchor === anchor);
  const middles = own.map((step) => placeOf(dayOf(step), axis) * length);
  const rows = rowsOf(middles, own.map((step) => (isVertical ? CHIP.high : widthOf(step))));
  const most = Math.max(1, ...rows.map((row) => row + 1));
  return (
    <div
      ref={ref}
      className={classes.lane}
      data-vertical={isVertical || undefined}
      style={{ '--rows': most, '--tall': `${String(Math.max(TALL, own.length * 44))}px` } as CSSProperties}
    >
      <Ticks axis={axis} name={NAMES[anchor]} />
      {own.map((step, index) => {
        const number = props.steps.indexOf(step) + 1;
        return (
          <TimelineStep
            key={step.key}
            {...props}
            step={step}
            number={number}
            isVertical={isVertical}
            isSelected={step.key === props.selected}
            findings={props.findings.filter((finding) => finding.step_index === number - 1)}
            pixelsPerDay={length / (axis.to - axis.from)}
            place={{ '--at': placeOf(dayOf(step), axis), '--row': rows[index] } as CSSProperties}
            onDrag={(moving, offset) => {
              // The days stand still while a step is dragged over them.
              setFrozen(axis);
              props.onDrag(moving, offset);
            }}
            onEnd={() => setFrozen(null)}
          />
        );
      })}
    </div>
  );
}

/** "Step 3 is step 2 now.", or nothing where the order stays. */
function orderSentence(steps: readonly DraftStep[], next: readonly DraftStep[], key: string): string {
  const [from, to] = [steps, next].map((all) => all.findIndex((step) => step.key === key) + 1);
  return from === to ? '' : `Step ${String(from)} is step ${String(to)} now.`;
}

/** The steps on the days around the date they count from. They can be dragged, and moved by keys. */
export function SetTimeline({ add, ...props }: Props) {
  const { steps, disabled, dispatch } = props;
  const isVertical = useMediaQuery('(max-width: 36em)') ?? false;
  const [said, setSaid] = useState('');
  const moves: Moves = {
    onSelect: ({ key }) => dispatch({ type: 'select', key }),
    onDrag: ({ key }, offset_days) => {
      dispatch({ type: 'select', key });
      dispatch({ type: 'change', key, patch: { offset_days } });
    },
    onDay: ({ key }, offset_days) => {
      const next = inOrder(steps.map((step) => (step.key === key ? { ...step, offset_days } : step)), key);
      setSaid(orderSentence(steps, next, key));
      dispatch({ type: 'day', key, offset_days });
    },
    onOrder: ({ key }, by) => {
      const from = steps.findIndex((step) => step.key === key);
      const to = Math.min(steps.length - 1, Math.max(0, from + by));
      setSaid(from === to ? '' : `Step ${String(from + 1)} is step ${String(to + 1)} now.`);
      dispatch({ type: 'move', key, by });
    },
    onEnd: () => undefined,
  };
  const lanes = ANCHORS.filter((anchor) => steps.some((step) => step.anchor === anchor) || (anchor === 'due' && steps.length === 0));
  return (
    <Paper p="sm" component="section" aria-label="Timeline">
      {lanes.map((anchor) => (
        <Lane key={anchor} anchor={anchor} isVertical={isVertical} {...props} {...moves} />
      ))}
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {disabled ? 'Choose a step to see its text.' : 'Drag a step to another day, or move it with the arrow keys: a day at a time, with Shift a week.'}
        </Text>
        {add}
      </Group>
      <div className="visually-hidden" role="status">
        {said}
      </div>
    </Paper>
  );
}
