import { Button, Group, List, Stack, Text } from '@mantine/core';
import type { ClioConnection } from '@/api/types';
import { TypedConfirmation } from '@/components/typed-confirmation';
import { useConnectClio } from './queries';

interface Props {
  connection: ClioConnection;
  account: string | undefined;
}

/** The way to the same account again, and, with care, to another one. */
export function OtherAccount({ connection, account }: Props) {
  const connect = useConnectClio();
  const region = connection.region;
  if (region === null) return null;
  const other = account ?? 'the other account';
  return (
    <Group mt={4}>
      <Button
        variant="default"
        loading={connect.isPending && !connect.variables.acceptOtherAccount}
        onClick={() => connect.mutate({ region })}
      >
        Connect to {connection.account_name} again
      </Button>
      <TypedConfirmation
        label="Connect to the other account"
        title={`Leave ${connection.account_name ?? 'this account'}?`}
        word="CONNECT"
        variant="outline"
        busy={connect.isPending}
        onConfirm={() => connect.mutateAsync({ region, acceptOtherAccount: true })}
      >
        <Stack gap="xs">
          <Text>
            From then on bills are read from {other}, and no longer from {connection.account_name}.
          </Text>
          <List size="sm" spacing={4}>
            <List.Item>All collections that run now end, and mail that waits is cancelled.</List.Item>
            <List.Item>
              Invoices of {connection.account_name} that are open are taken off the lists. Their history and payments
              stay.
            </List.Item>
            <List.Item>All approved bills of {other} are then imported.</List.Item>
          </List>
          <Text size="sm">You are asked on Clio’s page again: log in there to {other}.</Text>
        </Stack>
      </TypedConfirmation>
    </Group>
  );
}
