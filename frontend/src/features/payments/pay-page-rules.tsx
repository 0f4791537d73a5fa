import { NumberInput, Stack, Switch } from '@mantine/core';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { PayPageRules, PayPageRulesUpdate } from '@/api/types';
import { notifyDone } from '@/lib/notify';

export const payPageRulesQuery = queryOptions({
  queryKey: ['pay-page-rules'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/pay-page-rules', { signal })),
});

function useUpdateRules() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: PayPageRulesUpdate) => unwrap(api.PATCH('/api/v1/pay-page-rules', { body })),
    onSuccess: (rules) => {
      client.setQueryData(payPageRulesQuery.queryKey, rules);
      notifyDone('It holds from the next look at a pay page.');
    },
  });
}

/** What clients may do on the pay page. The smallest part is in whole units of each bill's currency. */
export function PayPageRulesForm({ rules, disabled }: { rules: PayPageRules; disabled: boolean }) {
  const { mutate, isPending } = useUpdateRules();
  const locked = disabled || isPending;
  return (
    <Stack>
      <Switch
        label="Clients may pay a part"
        description="They choose the amount. The oldest invoice is paid first; reminders go on for what remains."
        checked={rules.accepts_parts}
        disabled={locked}
        onChange={(event) => mutate({ accepts_parts: event.currentTarget.checked })}
      />
      {rules.accepts_parts ? (
        <NumberInput
          label="Smallest part"
          description="In the currency of the invoice. 0 means whatever can be paid online."
          w={260}
          min={0}
          max={100_000}
          decimalScale={2}
          allowNegative={false}
          disabled={locked}
          defaultValue={rules.smallest_part_minor / 100}
          onBlur={(event) => {
            const smallest_part_minor = Math.round(Number(event.currentTarget.value) * 100);
            if (smallest_part_minor !== rules.smallest_part_minor) mutate({ smallest_part_minor });
          }}
        />
      ) : null}
      <Switch
        label="Clients may download the bill as PDF"
        checked={rules.offers_document}
        disabled={locked}
        onChange={(event) => mutate({ offers_document: event.currentTarget.checked })}
      />
    </Stack>
  );
}
