import { Radio, Stack } from '@mantine/core';
import type { RecordStrategy } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useUpdateClio } from './queries';

const STRATEGIES: { value: RecordStrategy; name: string; leaves: string }[] = [
  {
    value: 'automatic',
    name: 'Automatic',
    leaves:
      'When an invoice is paid in full, Invoice Tracker sets the bill to paid in Clio and reads it again to be sure. Clio lets no other program write a payment, so its ledger then holds no payment and no deposit account: your bookkeeper may have to add the entry for Clio’s payment reports. Part payments, and whatever Clio refuses, wait under Payments → To record in Clio.',
  },
  {
    value: 'manual',
    name: 'By hand',
    leaves:
      'Invoice Tracker changes nothing in Clio. Every Stripe payment waits under Payments → To record in Clio with its amount, date and Stripe reference. You record it on the bill in Clio, so Clio’s ledger holds a real payment with the deposit account you chose.',
  },
];

/** How payments get into Clio, and what each way leaves in its ledger. */
export function StrategyChoice({ value, disabled }: { value: RecordStrategy; disabled: boolean }) {
  const update = useUpdateClio();
  return (
    <Radio.Group
      aria-label="How payments are recorded in Clio"
      value={value}
      onChange={(chosen) =>
        update.mutate(
          { record_strategy: chosen as RecordStrategy },
          { onSuccess: () => notifyDone('How payments are recorded is saved.') },
        )
      }
    >
      <Stack gap="md">
        {STRATEGIES.map((strategy) => (
          <Radio
            key={strategy.value}
            value={strategy.value}
            label={strategy.name}
            description={strategy.leaves}
            disabled={disabled || update.isPending}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
