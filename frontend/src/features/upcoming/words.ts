import type { Upcoming, UpcomingPage } from '@/api/types';
import { count } from '@/lib/texts';

export const STATES: Record<Upcoming['state'], [string, string]> = {
  will_go: ['Will go', 'green'],
  needs_approval: ['Needs approval', 'amber'],
  held: ['Held', 'gray'],
  safe_mode: ['Safe Mode', 'amber'],
  vetoed: ['Vetoed', 'red'],
};

export function keyOf(item: Pick<Upcoming, 'collection_id' | 'step_id' | 'occurrence'>): string {
  return `${item.collection_id}:${item.step_id}:${String(item.occurrence)}`;
}

/** "12 will go, 2 need approval, 1 is held" */
export function dayInCounts(counts: UpcomingPage['counts']): string {
  const parts = [
    counts.will_go ? `${counts.will_go.toLocaleString('en-US')} will go` : '',
    counts.safe_mode ? `${counts.safe_mode.toLocaleString('en-US')} would go without Safe Mode` : '',
    counts.needs_approval ? count(counts.needs_approval, 'needs approval', 'need approval') : '',
    counts.held ? count(counts.held, 'is held', 'are held') : '',
    counts.vetoed ? `${counts.vetoed.toLocaleString('en-US')} vetoed` : '',
  ];
  return parts.filter(Boolean).join(', ');
}

const REVIEWS = { approved: 'Approved', edited: 'Text changed', vetoed: 'Vetoed' };

export function reviewInWords(review: NonNullable<Upcoming['review']>): string {
  return `${REVIEWS[review.decision]} by ${review.by}`;
}

export type Verb = 'approve' | 'edit' | 'veto' | 'undo';

const MAY: Record<Verb, keyof Upcoming & `can_${Verb}`> = {
  approve: 'can_approve',
  edit: 'can_edit',
  veto: 'can_veto',
  undo: 'can_undo',
};

/** Those about which this can be decided. */
export function forWhich(items: readonly Upcoming[], verb: Verb): Upcoming[] {
  return items.filter((item) => item[MAY[verb]]);
}
