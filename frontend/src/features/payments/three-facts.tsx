import { Stepper } from '@mantine/core';
import type { Payment } from '@/api/types';
import { useDates } from '@/lib/today';

/** How far a payment is: 0 nothing, 1 settled, 2 recorded, 3 confirmed. */
export function progressOf(payment: Pick<Payment, 'settled_at' | 'recorded_at' | 'confirmed_at'>): number {
  if (payment.confirmed_at) return 3;
  if (payment.recorded_at) return 2;
  return payment.settled_at ? 1 : 0;
}

/** Settled at Stripe, recorded in Clio, confirmed by reading Clio again: three facts, kept apart. */
export function ThreeFacts({ payment }: { payment: Payment }) {
  const { instant } = useDates();
  const facts = [
    ['Settled', payment.settled_at, 'The money has arrived'],
    ['Recorded', payment.recorded_at, 'Clio has been told'],
    ['Confirmed', payment.confirmed_at, 'A later read of Clio shows it'],
  ] as const;
  return (
    <Stepper active={progressOf(payment)} orientation="vertical" size="sm" iconSize={32} allowNextStepsSelect={false}>
      {facts.map(([name, at, meaning]) => (
        <Stepper.Step key={name} label={name} description={at ? instant(at) : meaning} allowStepSelect={false} />
      ))}
    </Stepper>
  );
}
