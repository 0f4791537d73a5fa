import type { BlastGuard } from '@/api/types';

/** Whether e-mails leave at all, and how the guard over their number stands: always to be seen. */
export function sendingInWords(safeMode: boolean, guard: BlastGuard | undefined) {
  const stopped = guard?.state === 'tripped';
  const sending = safeMode ? 'Safe Mode is on' : stopped ? 'Sending is stopped' : 'Sending is on';
  return { isFree: !safeMode && !stopped, sending, guard: guardInWords(guard) };
}

function guardInWords(guard: BlastGuard | undefined): string {
  if (!guard) return '';
  if (guard.state === 'tripped') return 'The blast guard has stopped everything';
  if (guard.state === 'released') return 'Blast guard: released for today';
  return guard.at_most === null ? 'Blast guard: watching' : `Blast guard: at most ${guard.at_most.toLocaleString('en-US')} today`;
}
