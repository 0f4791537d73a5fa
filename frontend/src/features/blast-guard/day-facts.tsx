import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { BlastGuard } from '@/api/types';
import { count } from '@/lib/texts';
import { blastGuardQuery } from './queries';

/** How the day stands, in a sentence or two. */
export function dayInWords(guard: BlastGuard): string {
  const parts: string[] = [];
  if (guard.expected !== null && guard.at_most !== null)
    parts.push(
      `${count(guard.expected, 'e-mail is', 'e-mails are')} expected today; more than ${guard.at_most.toLocaleString('en-US')} would stop everything.`,
    );
  if (guard.first_day)
    parts.push(
      `On the first day of sending at most ${count(guard.first_day.cap, 'e-mail leaves', 'e-mails leave')}; ${guard.first_day.left.toLocaleString('en-US')} ${guard.first_day.left === 1 ? 'has' : 'have'} left so far.`,
    );
  return parts.join(' ');
}

export function DayFacts() {
  const guard = useQuery(blastGuardQuery).data;
  const words = guard ? dayInWords(guard) : '';
  return words ? (
    <Text size="sm" c="dimmed">
      {words}
    </Text>
  ) : null;
}
