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

/** "+7", "−3", "0", "+5 business": a step's day in the shortest words. */
export function shortDay({ offset_days, offset_unit }: Pick<When, 'offset_days' | 'offset_unit'>): string {
  const sign = offset_days > 0 ? '+' : offset_days < 0 ? '−' : '';
  return `${sign}${String(Math.abs(offset_days))}${offset_unit === 'business_days' && offset_days !== 0 ? ' business' : ''}`;
}

/** A series in one line: "−3, 0, +7, call +45, +60 days from the due date". */
export function seriesText(steps: readonly (When & Repeat & Pick<What, 'kind'>)[]): string {
  const anchors = [...new Set(steps.map(({ anchor }) => anchor))];
  return anchors
    .map((anchor) => {
      const own = steps.filter((step) => step.anchor === anchor);
      if (anchor === 'month' && own.every(({ offset_days }) => offset_days === 0)) return 'each month';
      const days = own.map((step) => `${step.kind === 'call_task' ? 'call ' : ''}${shortDay(step)}${step.repeat_every_days === null ? '' : `, then every ${String(step.repeat_every_days)}`}`,
      );
      return `${days.join(', ')} days from ${ANCHORS[anchor]}`;
    })
    .join('; ');
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
