import { Radio, Stack } from '@mantine/core';
import type { SendingRules } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useUpdateSendingRules } from './queries';

const CHOICES = [
  ['client', 'One e-mail per client', 'All invoices that are due for a reminder, with one total and one payment link.'],
  ['matter', 'One e-mail per client and matter', 'Balances of different matters are never added up.'],
  ['none', 'One e-mail per invoice', 'Several to the same person keep the distance that is set above.'],
] as const;

/** Which invoices that are due together share an e-mail. */
export function GroupingChoice({ rules, disabled }: { rules: SendingRules; disabled: boolean }) {
  const update = useUpdateSendingRules();
  return (
    <Radio.Group
      aria-label="Several invoices of one client"
      value={rules.grouping}
      onChange={(value) =>
        update.mutate(
          { grouping: value as SendingRules['grouping'] },
          { onSuccess: () => notifyDone('It holds for all e-mails that have not left yet.') },
        )
      }
    >
      <Stack gap="xs">
        {CHOICES.map(([value, label, description]) => (
          <Radio key={value} value={value} label={label} description={description} disabled={disabled || update.isPending} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
