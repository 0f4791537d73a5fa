import { useEffect, useEffectEvent } from 'react';

export interface ListKeys {
  onSearch: () => void;
  onMove: (by: 1 | -1) => void;
  onTick: () => void;
  onStart: () => void;
  onOpen: () => void;
  onHelp: () => void;
}

export const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['j', 'Next invoice'],
  ['k', 'Previous invoice'],
  ['x', 'Select it'],
  ['Enter', 'Open it'],
  ['c', 'Start Collection'],
  ['?', 'This help'],
];

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input:not([type=checkbox]), textarea, select, [role=dialog]') !== null)
  );
}

/** Single keys on the list of invoices; silent while someone types or a dialog is open. */
export function useListKeys(keys: ListKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const isOnControl = event.target instanceof HTMLElement && event.target.closest('a, button') !== null;
    const action = {
      '/': keys.onSearch,
      j: () => keys.onMove(1),
      k: () => keys.onMove(-1),
      x: keys.onTick,
      c: keys.onStart,
      Enter: isOnControl ? undefined : keys.onOpen,
      '?': keys.onHelp,
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
