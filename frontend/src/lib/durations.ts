const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** 42 → "42 s", 185 → "3 min 5 s", 3720 → "1 h 2 min" */
export function durationText(seconds: number): string {
  if (seconds < MINUTE) return `${String(seconds)} s`;
  if (seconds < HOUR) {
    const rest = seconds % MINUTE;
    return `${String(Math.floor(seconds / MINUTE))} min${rest ? ` ${String(rest)} s` : ''}`;
  }
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  return `${String(Math.floor(seconds / HOUR))} h${minutes ? ` ${String(minutes)} min` : ''}`;
}

function about(number: number, noun: string): string {
  return `about ${String(number)} ${noun}${number === 1 ? '' : 's'} left`;
}

/** An estimate, and told as one: 20 → "less than a minute left", 200 → "about 3 minutes left". */
export function timeLeft(seconds: number): string {
  if (seconds < MINUTE) return 'less than a minute left';
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 90) return about(minutes, 'minute');
  return about(Math.round(seconds / HOUR), 'hour');
}
