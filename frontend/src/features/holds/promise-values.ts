import type { PromiseInput } from '@/api/types';

export interface PromiseValues {
  promised_on: string | null;
  amount: number | string;
  note: string;
  /** `resume`, or the position of the step with which a broken promise goes on. */
  after: string;
}

/** The form as the API takes it. An empty amount is the whole balance. */
export function toPromise(values: PromiseValues, digits: number): PromiseInput {
  const amount = values.amount === '' ? null : Math.round(Number(values.amount) * 10 ** digits);
  return {
    promised_on: values.promised_on ?? '',
    amount_minor: amount,
    note: values.note.trim(),
    jump_position: values.after === 'resume' ? null : Number(values.after),
  };
}
