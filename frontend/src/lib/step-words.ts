import type { Step } from '@/api/types';
import { count } from './texts';

type When = Pick<Step, 'anchor' | 'offset_days'>;
type Repeat = Pick<Step, 'repeat_every_days' | 'repeat_max'>;

const ANCHORS = { due: 'the due date', issue: 'the invoice date', start: 'the start' } as const;

/** "7 days after the due date", "On the due date", "3 days before the due date" */
export function whenText({ anchor, offset_days }: When): string {
  if (offset_days === 0) return anchor === 'start' ? 'At the start' : `On ${ANCHORS[anchor]}`;
  const side = offset_days > 0 ? 'after' : 'before';
  return `${count(Math.abs(offset_days), 'day')} ${side} ${ANCHORS[anchor]}`;
}

/** "then every 30 days, at most 6 times" */
export function repeatText({ repeat_every_days, repeat_max }: Repeat): string | null {
  if (repeat_every_days === null) return null;
  const most = repeat_max === null ? '' : `, at most ${count(repeat_max, 'time')}`;
  return `then every ${count(repeat_every_days, 'day')}${most}`;
}

/** One step in a short line: "E-mail 7 days after the due date, after approval". */
export function stepText(step: When & Repeat & Pick<Step, 'kind' | 'needs_approval'>): string {
  const what = step.kind === 'email' ? 'E-mail' : 'Call';
  const when = whenText(step);
  const parts = [`${what} ${when.charAt(0).toLowerCase()}${when.slice(1)}`, repeatText(step)];
  if (step.needs_approval) parts.push('after your approval');
  return parts.filter((part) => part !== null).join(', ');
}
