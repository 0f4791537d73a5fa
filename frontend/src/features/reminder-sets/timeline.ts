import type { Step } from '@/api/types';

type When = Pick<Step, 'anchor' | 'offset_days' | 'offset_unit'>;
type Anchor = Step['anchor'];

/** The days a lane of the timeline shows, counted from the date that its steps count from. */
export interface Axis {
  from: number;
  to: number;
}

export const ANCHORS: readonly Anchor[] = ['issue', 'due', 'start', 'month'];

export const LIMITS: Record<Anchor, Axis> = {
  due: { from: -365, to: 1000 },
  issue: { from: -365, to: 1000 },
  start: { from: 0, to: 1000 },
  month: { from: 0, to: 27 },
};
const TICKS = [7, 14, 30, 60, 90, 180, 365];
const MOST_TICKS = 10;

/** Calendar days from the anchor to the step; five business days take about a week. */
export function dayOf({ offset_days, offset_unit }: Pick<When, 'offset_days' | 'offset_unit'>): number {
  return offset_unit === 'business_days' ? Math.round((offset_days * 7) / 5) : offset_days;
}

/** What the field says when the step stands on a day of the axis. */
export function offsetAt(step: When, day: number): number {
  const days = step.offset_unit === 'business_days' ? Math.round((day * 5) / 7) : Math.round(day);
  return within(LIMITS[step.anchor], days);
}

/** The field's value so many days later, or earlier. */
export function shifted(step: When, by: number): number {
  return within(LIMITS[step.anchor], step.offset_days + by);
}

function within({ from, to }: Axis, value: number): number {
  // `|| 0`: there is no day minus zero.
  return Math.min(to, Math.max(from, value)) || 0;
}

/** The days to show: the steps of a lane with room to move them into. */
export function axisOf(anchor: Anchor, steps: readonly When[]): Axis {
  if (anchor === 'month') return LIMITS.month;
  const days = steps.filter((step) => step.anchor === anchor).map(dayOf);
  const first = Math.min(0, ...days);
  const last = Math.max(14, ...days);
  const room = Math.max(7, Math.round((last - first) / 8));
  return {
    from: LIMITS[anchor].from === 0 ? 0 : Math.max(LIMITS[anchor].from, first - room),
    to: Math.min(LIMITS[anchor].to, last + room),
  };
}

/** Days to write under the axis, at most about ten, zero among them. */
export function ticksOf({ from, to }: Axis): number[] {
  const apart = TICKS.find((days) => (to - from) / days <= MOST_TICKS) ?? 365;
  const first = Math.ceil(from / apart) * apart;
  return Array.from({ length: Math.floor((to - first) / apart) + 1 }, (_, index) => first + index * apart || 0);
}

/** Where a day stands: 0 at the beginning of the axis, 1 at its end. */
export function placeOf(day: number, { from, to }: Axis): number {
  return Math.min(1, Math.max(0, (day - from) / (to - from)));
}

/**
 * A row for each thing, so that none covers another.
 *
 * @param middles where each stands along the axis, in pixels, in their order
 * @param sizes how long each is along the axis, in pixels
 */
export function rowsOf(middles: readonly number[], sizes: readonly number[], gap = 6): number[] {
  const ends: number[] = [];
  const rows = middles.map(() => 0);
  const inOrder = [...middles.keys()].sort((one, other) => (middles[one] ?? 0) - (middles[other] ?? 0));
  for (const index of inOrder) {
    const begins = (middles[index] ?? 0) - (sizes[index] ?? 0) / 2;
    const free = ends.findIndex((end) => end + gap <= begins);
    const row = free === -1 ? ends.length : free;
    ends[row] = begins + (sizes[index] ?? 0);
    rows[index] = row;
  }
  return rows;
}

/**
 * The steps with one of them where its day belongs.
 *
 * Steps that count from another date stay where they are: only a person knows how the two go together.
 */
export function inOrder<S extends When & { key: string }>(steps: S[], key: string): S[] {
  const from = steps.findIndex((step) => step.key === key);
  const step = steps[from];
  if (!step) return steps;
  const others = steps.toSpliced(from, 1);
  const isSame = (other: S) => other.anchor === step.anchor;
  const before = steps.slice(0, from).filter(isSame);
  const after = steps.slice(from + 1).filter(isSame);
  const isRight = before.every((other) => dayOf(other) <= dayOf(step)) && after.every((other) => dayOf(other) >= dayOf(step));
  if (isRight) return steps;
  const next = others.findIndex((other) => isSame(other) && dayOf(other) > dayOf(step));
  const to = next === -1 ? others.findLastIndex(isSame) + 1 : next;
  return others.toSpliced(to, 0, step);
}
