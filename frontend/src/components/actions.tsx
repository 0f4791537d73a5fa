import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
import { isTyping } from '@/lib/typing';
import classes from './actions.module.css';

/** A list of actions. Each is done by its single key too, as its `aria-keyshortcuts` says. */
export function Actions({ children }: { children: ReactNode }) {
  const list = useRef<HTMLDivElement>(null);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    if (document.querySelector('[role=dialog], [role=menu]')) return;
    const name = CSS.escape(event.key.toUpperCase());
    const found = list.current?.querySelector<HTMLElement>(`[aria-keyshortcuts="${name}"]`);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div ref={list} className={classes.actions}>
      {children}
    </div>
  );
}
