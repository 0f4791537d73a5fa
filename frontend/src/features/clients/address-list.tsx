import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import type { Client } from '@/api/types';
import { FormError } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useUpdateClient } from './queries';

/** Why reminders go where they go, in one sentence. */
export function addressReason(client: Client): string {
  if (client.email_source === 'override') return 'Set here. It goes before the address in Clio.';
  if (client.email_source === 'clio') return 'The primary address in Clio.';
  if (client.email_addresses.length > 0) {
    return 'Clio shows no primary address for this client now. These are the addresses it showed last.';
  }
  return 'Clio shows no address for this client, and none is set here.';
}

/** The addresses that Clio has, and which of them is used. */
export function AddressList({ client }: { client: Client }) {
  const update = useUpdateClient(client.id);
  const mayWork = useMay('work');
  const choose = (email: string | null) => {
    update.mutate({ email_override: email }, {
      onSuccess: ({ effective_email }) => notifyDone(`Reminders for ${client.name} go to ${effective_email ?? 'no one'}.`),
    });
  };
  return (
    <Stack gap="xs">
      <FormError error={update.error} />
      <Text size="sm" c="dimmed">
        {addressReason(client)}
      </Text>
      {client.email_addresses.map(({ address, name, primary, in_use }) => (
        <Group key={`${name ?? ''} ${address}`} justify="space-between" gap="xs">
          <Group gap={8}>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {address}
            </Text>
            {name ? (
              <Text size="xs" c="dimmed">
                {name}
              </Text>
            ) : null}
            {primary ? <Badge color="gray">Primary in Clio</Badge> : null}
            {in_use ? <Badge color="green">Used</Badge> : null}
          </Group>
          {in_use || !mayWork ? null : (
            <Button
              size="xs"
              variant="default"
              aria-label={`Use ${address}`}
              loading={update.isPending && update.variables === address}
              onClick={() => choose(address)}
            >
              Use this one
            </Button>
          )}
        </Group>
      ))}
      {client.email_source === 'override' && mayWork ? (
        <Group>
          <Button
            size="xs"
            variant="default"
            loading={update.isPending && update.variables === null}
            onClick={() => choose(null)}
          >
            Use Clio’s again
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}
