import type { Answer } from '@/api/types';

interface Words {
  task: string;
  accept: string;
  accepted: string;
  decline: string;
  declined: string;
}

/** What each answer asks of a person, and what the two decisions are called. */
export const ANSWER_WORDS: Record<Answer['kind'], Words> = {
  paid: {
    task: 'Look for this payment',
    accept: 'Payment found',
    accepted: 'Reminders wait two weeks for Clio to show the payment.',
    decline: 'Not found',
    declined: 'The payment was not found: reminders go on.',
  },
  promise: {
    task: 'A promise to pay',
    accept: 'Agree',
    accepted: 'The promise stands: reminders wait for its day.',
    decline: 'Do not agree',
    declined: 'The promise does not count: reminders go on.',
  },
  dispute: {
    task: 'Look into this dispute',
    accept: 'We look into it',
    accepted: 'Reminders wait until the dispute is resolved on the invoice’s page.',
    decline: 'It is settled',
    declined: 'The dispute is settled: reminders go on.',
  },
  plan: {
    task: 'Agree on a plan to pay',
    accept: 'Plan agreed…',
    accepted: 'A plan is agreed: reminders wait.',
    decline: 'No plan',
    declined: 'There is no plan: reminders go on.',
  },
  not_me: {
    task: 'Check this address',
    accept: 'Keep on hold',
    accepted: 'Nothing goes to this client until you let reminders go on.',
    decline: 'Address is right now',
    declined: 'Reminders to this client go on.',
  },
};

export const ANSWER_STATES = {
  open: ['To decide', 'amber'],
  accepted: ['Accepted', 'green'],
  declined: ['Declined', 'gray'],
  replaced: ['Changed by the client', 'gray'],
} as const satisfies Record<Answer['state'], readonly [string, string]>;

/** Whether reminders wait for an answer, in words; `instant` writes a moment out. */
export function waiting(answer: Answer, day: (instant: string) => string): string {
  const held = answer.invoices.filter((line) => line.is_held);
  if (held.length === 0) return 'Reminders have gone on.';
  const until = held.map((line) => line.held_until).find((each) => each !== null);
  return until ? `Reminders wait until ${day(until)}.` : 'Reminders wait until you decide.';
}
