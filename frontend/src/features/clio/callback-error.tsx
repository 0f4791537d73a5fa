import { Alert, Stack, Text } from '@mantine/core';
import type { ClioConnection } from '@/api/types';
import { OtherAccount } from './other-account';
import { type Refusal, tell } from './refusals';

interface Props {
  refusal: Refusal;
  connection?: ClioConnection | undefined;
  mayConnect?: boolean;
}

/** Why the way back from Clio's consent page did not end in a connection, and what to do. */
export function CallbackError({ refusal, connection, mayConnect = false }: Props) {
  const told = tell(refusal);
  if (!told) return null;
  const isOther = refusal.error === 'other_account' && connection?.account_name;
  return (
    <Alert color="red" role="alert" title={told.title} mb="md">
      <Stack gap="xs">
        <Text size="sm">{told.happened}</Text>
        {isOther ? (
          <Text size="sm">
            This firm is connected to <strong>{connection.account_name}</strong>.
          </Text>
        ) : null}
        <Text size="sm">{told.todo}</Text>
        {isOther && mayConnect ? <OtherAccount connection={connection} account={refusal.account} /> : null}
      </Stack>
    </Alert>
  );
}
