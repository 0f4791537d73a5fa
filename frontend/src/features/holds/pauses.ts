import type { Pause } from '@/api/types';

export function pauseOfEverything(pauses: readonly Pause[] | undefined): Pause | undefined {
  return pauses?.find(({ reach }) => reach === 'firm');
}

export function pauseOfClient(pauses: readonly Pause[] | undefined, clientId: string): Pause | undefined {
  return pauses?.find(({ client }) => client?.id === clientId);
}

export function pauseOfSet(pauses: readonly Pause[] | undefined, setId: string): Pause | undefined {
  return pauses?.find((pause) => pause.reminder_set?.id === setId);
}
