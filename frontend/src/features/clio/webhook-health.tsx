import { Badge, Stack, Table, Text } from '@mantine/core';
import type { ClioConnection } from '@/api/types';
import { useDates } from '@/lib/today';

type WebhookHealth = ClioConnection['webhooks'][number];

const MODELS: Record<string, string> = { bill: 'Bills', contact: 'Clients' };
const STATES: Record<string, [string, string]> = {
  enabled: ['Working', 'green'],
  pending: ['Being set up', 'amber'],
  suspended: ['Suspended by Clio', 'red'],
  impossible: ['Not possible', 'gray'],
};

/** Whether Clio tells us at once what has changed. Without it nothing is lost, only later. */
export function WebhookTable({ webhooks }: { webhooks: readonly WebhookHealth[] }) {
  if (webhooks.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        Clio does not tell us about changes at once. They are found by the reading every 15 minutes.
      </Text>
    );
  }
  return (
    <>
      <Text c="dimmed" size="sm" mb="sm">
        Clio tells us at once when a bill or a client changes, and that one is read again. A message that gets lost
        costs at most 15 minutes.
      </Text>
      <Hooks webhooks={webhooks} />
    </>
  );
}

function suspension(hook: WebhookHealth, at: string): string {
  const said = `Clio had stopped telling us, we saw on ${at}.`;
  return hook.status === 'enabled' ? `${said} It works again.` : said;
}

function Hooks({ webhooks }: { webhooks: readonly WebhookHealth[] }) {
  const { instant } = useDates();
  return (
    <Table.ScrollContainer minWidth={520} type="native" tabIndex={0}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Changes of</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Last told</Table.Th>
            <Table.Th>Renewed before</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {webhooks.map((hook) => {
            const [text, color] = STATES[hook.status] ?? [hook.status, 'gray'];
            return (
              <Table.Tr key={hook.model}>
                <Table.Td>{MODELS[hook.model] ?? hook.model}</Table.Td>
                <Table.Td>
                  <Stack gap={2} align="flex-start">
                    <Badge color={color}>{text}</Badge>
                    {hook.suspended_at ? (
                      <Text size="sm" c="dimmed">
                        {suspension(hook, instant(hook.suspended_at))}
                      </Text>
                    ) : null}
                    {hook.problem ? (
                      <Text size="sm" c="red">
                        {hook.problem}
                      </Text>
                    ) : null}
                  </Stack>
                </Table.Td>
                <Table.Td className="num">{hook.last_event_at ? instant(hook.last_event_at) : 'Nothing yet'}</Table.Td>
                <Table.Td className="num">{hook.expires_at ? instant(hook.expires_at) : '–'}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
