import type { UpcomingPage } from '@/api/types';
import { count } from '@/lib/texts';
import classes from './hour-bars.module.css';

/** 9 → "9 AM", 12 → "12 PM" */
function hourName(hour: number): string {
  return `${String(hour % 12 || 12)} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** How many e-mails leave in which hour, those without any left out. */
export function HourBars({ hours }: { hours: UpcomingPage['hours'] }) {
  const most = Math.max(1, ...hours.map(({ mails }) => mails));
  if (hours.length === 0) return null;
  return (
    <ul className={classes.bars} aria-label="E-mails by the hour">
      {hours.map(({ hour, mails }) => (
        <li key={hour} className={classes.hour}>
          <span className={classes.name}>{hourName(hour)}</span>
          <span className={classes.track} aria-hidden>
            <span className={classes.bar} style={{ width: `${String((mails / most) * 100)}%` }} />
          </span>
          <span className={classes.number}>{count(mails, 'e-mail')}</span>
        </li>
      ))}
    </ul>
  );
}
