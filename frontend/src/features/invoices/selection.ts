/** Which invoices are ticked: some by id, or all that match the filter (also those not loaded). */
export type Ticked = { kind: 'some'; ids: ReadonlySet<string> } | { kind: 'all' };

export const NONE: Ticked = { kind: 'some', ids: new Set() };

export type TickAction =
  | { type: 'toggle'; id: string; loaded: readonly string[] }
  | { type: 'range'; ids: readonly string[] }
  | { type: 'page'; loaded: readonly string[]; isTicked: boolean }
  | { type: 'everything' }
  | { type: 'clear' };

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

export function reduceTicked(ticked: Ticked, action: TickAction): Ticked {
  switch (action.type) {
    case 'toggle':
      // "All but this one" cannot be said to the API: what is loaded stays ticked, without this one.
      return { kind: 'some', ids: toggled(ticked.kind === 'all' ? new Set(action.loaded) : ticked.ids, action.id) };
    case 'range':
      return ticked.kind === 'all' ? ticked : { kind: 'some', ids: new Set([...ticked.ids, ...action.ids]) };
    case 'page':
      return action.isTicked ? { kind: 'some', ids: new Set(action.loaded) } : NONE;
    case 'everything':
      return { kind: 'all' };
    case 'clear':
      return NONE;
  }
}

export function isTicked(ticked: Ticked, id: string): boolean {
  return ticked.kind === 'all' || ticked.ids.has(id);
}

export function countTicked(ticked: Ticked, total: number): number {
  return ticked.kind === 'all' ? total : ticked.ids.size;
}

/** State of the checkbox over a list. */
export function pageState(ticked: Ticked, loaded: readonly string[]): 'none' | 'some' | 'all' {
  if (ticked.kind === 'all') return 'all';
  const here = loaded.filter((id) => ticked.ids.has(id)).length;
  if (here === 0) return 'none';
  return here === loaded.length ? 'all' : 'some';
}
