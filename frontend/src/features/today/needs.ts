import { count } from '@/lib/texts';

/** How much of each waits for a person. */
export interface Waiting {
  uncertain: number;
  answers: number;
  promises: number;
  payments_differ: number;
  to_record: number;
  unmatched: number;
  awaiting_approval: number;
  /** Planned for today or the next sending day, and to be approved until then. */
  to_approve_ahead: number;
  to_call: number;
}

export type NeedKind = keyof Waiting;

export interface Need {
  kind: NeedKind;
  number: number;
  title: string;
  why: string;
  action: string;
}

const more = (single: string, several: string) => (number: number) => count(number, single, several);

/** Most urgent first: what may be wrong with a client now, then money, then what merely waits. */
const NEEDS: readonly { kind: NeedKind; title: (number: number) => string; why: string; action: string }[] = [
  {
    kind: 'uncertain',
    title: more('e-mail may or may not have arrived', 'e-mails may or may not have arrived'),
    why: 'The connection broke off. They are never sent again by themselves.',
    action: 'Decide',
  },
  {
    kind: 'answers',
    title: more('client has answered', 'clients have answered'),
    why: 'Their reminders wait until somebody has read it.',
    action: 'Read',
  },
  {
    kind: 'promises',
    title: more('promise is due or broken', 'promises are due or broken'),
    why: 'The money was promised by now.',
    action: 'Look at them',
  },
  {
    kind: 'payments_differ',
    title: more('payment differs', 'payments differ'),
    why: 'Stripe, Clio and the books do not agree.',
    action: 'Compare',
  },
  {
    kind: 'unmatched',
    title: more('payment fits no invoice', 'payments fit no invoice'),
    why: 'The money is there, but not yet counted for anybody.',
    action: 'Assign',
  },
  {
    kind: 'to_record',
    title: more('payment to record in Clio', 'payments to record in Clio'),
    why: 'Clio’s interface does not take these; a person enters them.',
    action: 'Record',
  },
  {
    kind: 'awaiting_approval',
    title: more('e-mail waits for your approval', 'e-mails wait for your approval'),
    why: 'They leave only after it.',
    action: 'Approve',
  },
  {
    kind: 'to_approve_ahead',
    title: more('planned e-mail asks for approval', 'planned e-mails ask for approval'),
    why: 'Approved ahead, they leave on time.',
    action: 'Decide',
  },
  {
    kind: 'to_call',
    title: more('call to make', 'calls to make'),
    why: 'A step of a reminder set asks for it.',
    action: 'See whom',
  },
];

/** What needs a person, most urgent first; what nobody waits for is left out. */
export function needsOf(waiting: Waiting): Need[] {
  return NEEDS.filter(({ kind }) => waiting[kind] > 0).map(({ kind, title, why, action }) => ({
    kind,
    number: waiting[kind],
    title: title(waiting[kind]),
    why,
    action,
  }));
}
