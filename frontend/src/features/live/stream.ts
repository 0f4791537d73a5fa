import type { Noun } from './keys';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** The server says something every half minute; longer silence is a dead line. */
const SILENCE = 75_000;

interface Handlers {
  onOpen: () => void;
  onNouns: (nouns: Noun[]) => void;
  /** The line broke. It is tried again by itself. */
  onLost: () => void;
}

/** Milliseconds before the next attempt: doubled each time, and never all browsers at once. */
export function pauseBefore(attempt: number, random = Math.random()): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt) * (0.5 + random / 2);
}

function nounsIn(data: string): Noun[] {
  return (JSON.parse(data) as { nouns: Noun[] }).nouns;
}

/**
 * Listens to the server's events until it is closed. A browser has few connections to one host, so a window that
 * nobody sees gives its line back, and takes one when it is seen again.
 */
export function listen({ onOpen, onNouns, onLost }: Handlers): () => void {
  let source: EventSource | null = null;
  let attempt = 0;
  let next: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const hangUp = () => {
    clearTimeout(next);
    clearTimeout(silence);
    source?.close();
    source = null;
  };
  const lose = () => {
    hangUp();
    onLost();
    next = setTimeout(call, pauseBefore(attempt));
    attempt += 1;
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(lose, SILENCE);
  };
  function call() {
    hangUp();
    if (document.hidden) return;
    const own = new EventSource('/api/v1/events');
    source = own;
    let isOpen = false;
    heard();
    own.onmessage = ({ data }: MessageEvent<string>) => {
      heard();
      if (!isOpen) {
        isOpen = true;
        attempt = 0;
        onOpen();
      }
      const nouns = nounsIn(data);
      if (nouns.length > 0) onNouns(nouns);
    };
    own.onerror = lose;
  }
  const onSeen = () => {
    if (document.hidden) hangUp();
    else if (!source) call();
  };
  const onOnline = () => {
    attempt = 0;
    call();
  };

  call();
  document.addEventListener('visibilitychange', onSeen);
  window.addEventListener('online', onOnline);
  return () => {
    document.removeEventListener('visibilitychange', onSeen);
    window.removeEventListener('online', onOnline);
    hangUp();
  };
}
