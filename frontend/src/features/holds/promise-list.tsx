import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import type { PromiseToPay } from '@/api/types';
import { formatMoney } from '@/lib/money';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useDates } from '@/lib/today';
import { useWithdrawPromise } from './queries';

export const PROMISE_STATES = {
  open: ['Waiting', 'amber'],
  kept: ['Kept', 'green'],
  broken: ['Broken', 'red'],
  withdrawn: ['Withdrawn', 'gray'],
} as const;

/** What was promised for an invoice, the latest first. */
export function PromiseList({ promises }: { promises: readonly PromiseToPay[] }) {
  const { day, instant } = useDates();
  const withdraw = useWithdrawPromise();
  const mayHold = useMay('hold');
  return (
    <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
      {promises.map((promise) => {
        const [label, color] = PROMISE_STATES[promise.state];
        return (
          <li key={promise.id}>
            <Group gap={8} justify="space-between">
              <Text fw={550}>
                {formatMoney(promise.amount)} by {day(promise.promised_on)}
              </Text>
              <Badge color={color}>{label}</Badge>
            </Group>
            <Text size="sm" c="dimmed">
              Noted {instant(promise.created_at)}
              {promise.author ? ` by ${promise.author}` : ''}
              {promise.note ? ` · ${promise.note}` : ''}
              {promise.jump_position ? ` · if broken, goes on with step ${String(promise.jump_position)}` : ''}
            </Text>
            {promise.state === 'open' && mayHold ? (
              <Anchor
                component="button"
                type="button"
                size="sm"
                onClick={() =>
                  withdraw.mutate(promise.id, { onSuccess: () => notifyDone('The promise is withdrawn.') })
                }
              >
                Withdraw this promise
              </Anchor>
            ) : null}
          </li>
        );
      })}
    </Stack>
  );
}
