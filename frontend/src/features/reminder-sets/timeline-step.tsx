import { IconMail, IconPhone, IconRepeat } from '@tabler/icons-react';
import { type CSSProperties, type KeyboardEvent, useRef } from 'react';
import type { Finding } from '@/api/types';
import { repeatText, shortDay, whenText } from '@/lib/step-words';
import { count } from '@/lib/texts';
import type { DraftStep } from './editor';
import classes from './set-timeline.module.css';
import { dayOf, LIMITS, offsetAt, shifted } from './timeline';
import { useDrag } from './use-drag';

export interface Moves {
  onSelect: (step: DraftStep) => void;
  /** Shows the step on another day while it is dragged. */
  onDrag: (step: DraftStep, offset_days: number) => void;
  /** Puts it there. */
  onDay: (step: DraftStep, offset_days: number) => void;
  onOrder: (step: DraftStep, by: 1 | -1) => void;
  onEnd: () => void;
}

interface Props extends Moves {
  step: DraftStep;
  number: number;
  isSelected: boolean;
  isVertical: boolean;
  disabled: boolean;
  findings: readonly Finding[];
  pixelsPerDay: number;
  place: CSSProperties;
}

const WEEK = 7;
const LATER: Record<string, 1 | -1> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const PAGES: Record<string, number> = { PageUp: -WEEK, PageDown: WEEK };

/** What a key does to the day of a step: an arrow a day, with Shift or a page key a week. */
function daysOfKey({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): number {
  return PAGES[key] ?? (LATER[key] ?? 0) * (shiftKey ? WEEK : 1);
}

function useKeys({ step, disabled, onSelect, onDay, onOrder }: Props) {
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    const by = daysOfKey(event);
    if (event.key === 'Enter' || event.key === ' ') onSelect(step);
    else if (by === 0 || disabled) return;
    else if (event.altKey) onOrder(step, by > 0 ? 1 : -1);
    else onDay(step, shifted(step, by));
    event.preventDefault();
  };
}

function describe(step: DraftStep, findings: readonly Finding[]): string {
  return [
    whenText(step),
    repeatText(step),
    step.needs_approval ? 'needs approval' : null,
    findings.length > 0 ? count(findings.length, 'note') : null,
  ]
    .filter(Boolean)
    .join(', ');
}

function levelOf(findings: readonly Finding[]): Finding['level'] | undefined {
  return findings.find(({ level }) => level === 'error')?.level ?? findings[0]?.level;
}

/** One step on its day: a slider to screen readers, something to drag for everybody else. */
export function TimelineStep(props: Props) {
  const { step, number, isSelected, isVertical, disabled, findings, pixelsPerDay, place, onSelect, onDrag, onDay, onEnd } = props;
  const before = useRef(step.offset_days);
  const onKeyDown = useKeys(props);
  const { isDragging, handlers } = useDrag({
    isVertical,
    disabled,
    onMove: (pixels) => onDrag(step, offsetAt(step, dayOf({ ...step, offset_days: before.current }) + pixels / pixelsPerDay)),
    onDrop: () => {
      onDay(step, step.offset_days);
      onEnd();
    },
    onCancel: () => {
      onDrag(step, before.current);
      onEnd();
    },
    onPress: () => onSelect(step),
  });
  const Icon = step.kind === 'email' ? IconMail : IconPhone;
  const limits = LIMITS[step.anchor];
  return (
    <div
      role="slider"
      tabIndex={0}
      className={classes.step}
      style={place}
      aria-label={`Step ${String(number)}, ${step.kind === 'email' ? `e-mail ${step.subject}` : 'call'}`}
      aria-valuenow={step.offset_days}
      aria-valuemin={limits.from}
      aria-valuemax={limits.to}
      aria-valuetext={describe(step, findings)}
      aria-orientation={isVertical ? 'vertical' : 'horizontal'}
      aria-disabled={disabled || undefined}
      aria-current={isSelected ? 'step' : undefined}
      title={`${describe(step, findings)}\n${step.subject}`}
      data-selected={isSelected || undefined}
      data-dragging={isDragging || undefined}
      data-note={levelOf(findings)}
      onKeyDown={onKeyDown}
      {...handlers}
      onPointerDown={(event) => {
        before.current = step.offset_days;
        handlers.onPointerDown(event);
      }}
    >
      <Icon size={14} stroke={1.8} aria-hidden />
      <span>{shortDay(step)}</span>
      {repeatText(step) ? <IconRepeat size={13} stroke={1.8} aria-hidden /> : null}
    </div>
  );
}
