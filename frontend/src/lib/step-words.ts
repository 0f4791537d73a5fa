import type { Step } from '@/api/types';
import { count } from './texts';

type When = Pick<Step, 'anchor' | 'offset_days'> & Partial<Pick<Step, 'offset_unit'>>;
type Repeat = Pick<Step, 'anchor' | 'repeat_every_days' | 'repeat_max'>;
type What = Pick<Step, 'kind' | 'needs_approval'> & Partial<Pick<Step, 'is_statement' | 'attach_bill'>>;

const ANCHORS = {
  due: 'the due date',
  issue: 'the invoice date',
  start: 'the start',
  month: 'the first of each month',
} as const;

/** "7 days after the due date", "On the due date", "3 business days before the due date" */
export function whenText({ anchor, offset_days, offset_unit }: When): string {
  if (offset_days === 0) {
    if (anchor === 'month') return 'On the first business day of each month';
    return anchor === 'start' ? 'At the start' : `On ${ANCHORS[anchor]}`;
  }
  const side = offset_days > 0 ? 'after' : 'before';
  const unit = offset_unit === 'business_days' ? 'business day' : 'day';
  return `${count(Math.abs(offset_days), unit)} ${side} ${ANCHORS[anchor]}`;
}

/** "then every 30 days, at most 6 times" */
export function repeatText({ anchor, repeat_every_days, repeat_max }: Repeat): string | null {
  const most = repeat_max === null ? null : `at most ${count(repeat_max, 'time')}`;
  if (anchor === 'month') return most;
  if (repeat_every_days === null) return null;
  return [`then every ${count(repeat_every_days, 'day')}`, most].filter(Boolean).join(', ');
}

/** One step in a short line: "E-mail 7 days after the due date, after approval". */
export function stepText(step: When & Repeat & What): string {
  const when = whenText(step);
  const parts = [`${nameOf(step)} ${when.charAt(0).toLowerCase()}${when.slice(1)}`, repeatText(step)];
  if (step.attach_bill) parts.push('with the bill attached');
  if (step.needs_approval) parts.push('after your approval');
  return parts.filter((part) => part !== null).join(', ');
}

function nameOf({ kind, is_statement }: What): string {
  if (kind === 'call_task') return 'Call';
  return is_statement ? 'Statement' : 'E-mail';
}
