import type { PaymentProof, PaymentProofLine } from '@/api/types';

type Counts = PaymentProof['counts'];
export type Standing = PaymentProofLine['standing'];

/** The badge of each standing: its words and its colour, in the order of the list. */
export const STANDINGS: Record<Standing, readonly [string, string]> = {
  differs: ['Differs', 'red'],
  not_checked: ['Not checked', 'gray'],
  waiting: ['On its way', 'amber'],
  agrees: ['Agrees', 'green'],
  outside: ['Not compared', 'gray'],
};

function payments(number: number): string {
  return number === 1 ? '1 payment' : `${number.toLocaleString('en-US')} payments`;
}

/** How many were compared: what the product did not make or know is not counted. */
export function comparedIn(counts: Counts): number {
  return counts.differs + counts.not_checked + counts.waiting + counts.agrees;
}

/** The one sentence of the page. Only what was checked and agrees is called agreeing. */
export function headline(counts: Counts): string {
  const all = comparedIn(counts);
  if (all === 0) return 'No payments to compare yet';
  if (counts.differs > 0) {
    return `${counts.differs.toLocaleString('en-US')} of ${payments(all)} ${counts.differs === 1 ? 'needs' : 'need'} a look`;
  }
  if (counts.not_checked > 0) return `${counts.not_checked.toLocaleString('en-US')} of ${payments(all)} could not be checked`;
  if (counts.agrees === all) return all === 1 ? 'The one payment agrees' : `All ${payments(all)} agree`;
  return `${counts.agrees.toLocaleString('en-US')} of ${payments(all)} agree, ${counts.waiting.toLocaleString('en-US')} on the way`;
}

export function headlineTone(counts: Counts): 'red' | 'amber' | 'green' | 'gray' {
  if (counts.differs > 0) return 'red';
  if (counts.not_checked > 0) return 'amber';
  return comparedIn(counts) === 0 ? 'gray' : 'green';
}

const STEPS: Record<PaymentProof['step'], string> = {
  waiting: 'Waiting to begin …',
  stripe: 'Asking Stripe …',
  clio: 'Asking Clio …',
  comparing: 'Comparing …',
  healing: 'Reading again what differs …',
};

/** What a running check is doing, in words. */
export function progressWords(proof: Pick<PaymentProof, 'step' | 'kind'>): string {
  if (proof.kind === 'after_healing' && proof.step === 'waiting') {
    return 'What differs is being read again; it is compared once more in a few minutes.';
  }
  return STEPS[proof.step];
}

/** How far it is, in percent. */
export function progressOf(step: PaymentProof['step']): number {
  return (Object.keys(STEPS).indexOf(step) + 1) * (100 / (Object.keys(STEPS).length + 1));
}

const KINDS: Record<PaymentProof['kind'], string> = {
  nightly: 'by the nightly check',
  by_hand: 'by hand',
  after_healing: 'after reading again',
};

/** Who or what made the check. */
export function byWhom(proof: Pick<PaymentProof, 'kind' | 'asked_by'>): string {
  return proof.asked_by ? `by ${proof.asked_by}` : KINDS[proof.kind];
}

/** A payment's page in Stripe. Stripe itself finds out whether it was made in test mode. */
export function stripeUrl(reference: string): string {
  return `https://dashboard.stripe.com/payments/${encodeURIComponent(reference)}`;
}

/** Words of one side begin a cell. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
