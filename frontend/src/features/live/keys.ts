import type { Query, QueryClient } from '@tanstack/react-query';
import type { components } from '@/api/schema.gen';

export type Noun = components['schemas']['Noun'];

type Key = string | readonly [string, string];

/** What is shown differently when something of a kind has changed: the beginnings of query keys. */
const SHOWN_OF: Record<Noun, readonly Key[]> = {
  answers: ['answers', 'invoices'],
  'auto-collect': ['auto-collect'],
  // Made anew each day: with it the product's day has changed.
  'blast-guard': ['blast-guard', 'activity', 'firm', 'upcoming'],
  calendar: ['calendar', 'upcoming'],
  clients: ['clients', 'invoices', 'upcoming'],
  clio: ['clio', 'firm'],
  collections: ['collections', 'invoices', 'clients', 'upcoming', 'reminder-sets'],
  editors: ['editors'],
  firm: ['firm', 'activity', 'upcoming', 'sessions'],
  holds: ['holds', 'invoices', 'clients', 'collections', 'upcoming'],
  invoices: ['invoices', 'clients', 'collections', 'upcoming', 'reports'],
  'pay-page-rules': ['pay-page-rules'],
  'payment-proofs': ['payment-proofs', 'activity'],
  payments: ['payments', 'invoices', 'clients', 'activity', 'upcoming', 'reports'],
  'reminder-sets': ['reminder-sets', 'collections', 'upcoming'],
  reminders: ['reminders', 'activity', 'blast-guard', 'collections', 'invoices', 'clients', 'upcoming', 'reports'],
  sessions: ['sessions'],
  stripe: ['stripe', 'firm'],
  'sync-runs': ['sync-runs', 'firm'],
  'thank-you': ['thank-you'],
  timeline: [['invoices', 'timeline']],
};

/** What somebody is writing or looking up just now; it is asked anew when they go on. */
const OWN_WORK = new Set(['lint', 'preview', 'difference', 'file-difference', 'draft', 'dry-run', 'choices', 'search']);

function isOwnWork(query: Query): boolean {
  return OWN_WORK.has(String(query.queryKey[1]));
}

function concerns(query: Query, key: Key): boolean {
  const [first, second] = query.queryKey;
  return typeof key === 'string' ? first === key : first === key[0] && second === key[1];
}

/** Whether a query shows something of these kinds. */
export function isConcerned(query: Query, nouns: Iterable<Noun>): boolean {
  if (isOwnWork(query)) return false;
  for (const noun of nouns) {
    // A newer server may know a kind that this page does not: then anything may have changed.
    const keys = (SHOWN_OF as Partial<Record<string, readonly Key[]>>)[noun];
    if (!keys || keys.some((key) => concerns(query, key))) return true;
  }
  return false;
}

/** Reads again what shows something of these kinds; without kinds, everything. */
export function readAgain(client: QueryClient, nouns?: Iterable<Noun>): void {
  const kinds = nouns ? [...nouns] : null;
  void client.invalidateQueries({
    predicate: (query) => (kinds ? isConcerned(query, kinds) : !isOwnWork(query)),
  });
}
