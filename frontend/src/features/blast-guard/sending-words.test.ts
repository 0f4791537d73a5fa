import { expect, it } from 'vitest';
import type { BlastGuard } from '@/api/types';
import { sendingInWords } from './sending-words';

const guard = (changes: Partial<BlastGuard> = {}): BlastGuard => ({
  state: 'watching', reason: null, tripped_at: null, expected: 40, about_to_leave: 0, at_most: 1200, first_day: null, ...changes,
});

it.each<[boolean, BlastGuard | undefined, boolean, string, string]>([
  [true, guard(), false, 'Safe Mode is on', 'Blast guard: at most 1,200 today'],
  [false, guard(), true, 'Sending is on', 'Blast guard: at most 1,200 today'],
  [false, guard({ state: 'tripped' }), false, 'Sending is stopped', 'The blast guard has stopped everything'],
  [false, guard({ state: 'released' }), true, 'Sending is on', 'Blast guard: released for today'],
  [false, guard({ at_most: null }), true, 'Sending is on', 'Blast guard: watching'],
  [true, undefined, false, 'Safe Mode is on', ''],
])('Safe Mode %s, %j', (safeMode, its, isFree, sending, words) => {
  expect(sendingInWords(safeMode, its)).toEqual({ isFree, sending, guard: words });
});
