import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Noun, readAgain } from './keys';
import { listen } from './stream';

/** How often everything is read again while no changes are told, and, to be sure, while they are. */
const POLL = 30_000;
const POLL_WHILE_LIVE = 5 * 60_000;
/** Changes come in bursts: they are gathered this long, and followed by this much quiet. */
const GATHER = 300;
const QUIET = 2_000;

export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** Gathers kinds of changes; `tell` is called at once when it is quiet, and not oftener than that. */
export function gatherer(tell: (nouns: Set<Noun>) => void) {
  let gathered = new Set<Noun>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  const flush = () => {
    timer = undefined;
    last = Date.now();
    const nouns = gathered;
    gathered = new Set();
    tell(nouns);
  };
  return {
    add: (nouns: readonly Noun[]) => {
      for (const noun of nouns) gathered.add(noun);
      timer ??= setTimeout(flush, Math.max(GATHER, last + QUIET - Date.now()));
    },
    stop: () => clearTimeout(timer),
  };
}

/** Keeps what is shown fresh: as the server tells of changes, and by asking while it cannot. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    if (typeof EventSource === 'undefined') return;
    const changes = gatherer((nouns) => readAgain(client, nouns));
    let isFirst = true;
    const close = listen({
      onOpen: () => {
        setState('live');
        // What happened before the line stood was not heard.
        if (!isFirst) readAgain(client);
        isFirst = false;
      },
      onNouns: changes.add,
      onLost: () => {
        isFirst = false;
        setState('reconnecting');
        // Whoever is no longer logged in finds out now.
        void client.invalidateQueries({ queryKey: ['activity'] });
      },
    });
    return () => {
      close();
      changes.stop();
    };
  }, [client]);

  useEffect(() => {
    const timer = setInterval(
      () => {
        if (!document.hidden) readAgain(client);
      },
      state === 'live' ? POLL_WHILE_LIVE : POLL,
    );
    return () => clearInterval(timer);
  }, [client, state]);

  return state;
}
