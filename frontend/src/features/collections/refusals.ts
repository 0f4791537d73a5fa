import type { Refusal } from '@/api/types';

export interface RefusalGroup {
  reason: string;
  invoices: Refusal[];
}

/** Invoices that cannot be reminded, by the reason, the most frequent first. */
export function byReason(refused: readonly Refusal[]): RefusalGroup[] {
  const groups = new Map<string, Refusal[]>();
  for (const entry of refused) groups.set(entry.reason, [...(groups.get(entry.reason) ?? []), entry]);
  return [...groups]
    .map(([reason, invoices]) => ({ reason, invoices }))
    .sort((one, other) => other.invoices.length - one.invoices.length || one.reason.localeCompare(other.reason));
}
