import { count } from '@/lib/texts';
import type { Difference } from './difference-queries';

type Days = Difference['days'];

/** "+14 tomorrow", "−3 on Friday": the days that differ most, told in their order. */
export function changedDays(days: Days, dayText: (day: string) => string, most = 4): string[] {
  const largest = [...days]
    .sort((one, other) => Math.abs(other.after - other.before) - Math.abs(one.after - one.before))
    .slice(0, most);
  return largest
    .sort((one, other) => one.on.localeCompare(other.on))
    .map(({ on, before, after }) => `${signed(after - before)} on ${dayText(on)}`);
}

/** "12 e-mails more within 90 days", or that the number stays. */
export function inAll({ mails_before, mails_after }: Pick<Difference, 'mails_before' | 'mails_after'>): string {
  const more = mails_after - mails_before;
  if (more === 0) return `As many e-mails as before within 90 days: ${String(mails_after)}.`;
  return `${count(Math.abs(more), 'e-mail')} ${more > 0 ? 'more' : 'fewer'} within 90 days: ${String(mails_after)} instead of ${String(mails_before)}.`;
}

function signed(change: number): string {
  return change > 0 ? `+${String(change)}` : `−${String(-change)}`;
}
