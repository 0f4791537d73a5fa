import { useEffect, useEffectEvent } from 'react';
import { isTyping } from '@/lib/typing';

export interface UpcomingKeys {
  onMove: (by: 1 | -1) => void;
  onTick: () => void;
  onVerb: (verb: 'approve' | 'edit' | 'veto' | 'undo') => void;
}

export const KEYS: readonly (readonly [string, string])[] = [
  ['j', 'next'],
  ['k', 'previous'],
  ['x', 'select'],
  ['a', 'approve'],
  ['e', 'edit'],
  ['v', 'veto'],
  ['u', 'undo'],
];

/** Single keys on the day's list; silent while someone types or a dialog is open. */
export function useUpcomingKeys(keys: UpcomingKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const action = {
      j: () => keys.onMove(1),
      k: () => keys.onMove(-1),
      x: keys.onTick,
      a: () => keys.onVerb('approve'),
      e: () => keys.onVerb('edit'),
      v: () => keys.onVerb('veto'),
      u: () => keys.onVerb('undo'),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
