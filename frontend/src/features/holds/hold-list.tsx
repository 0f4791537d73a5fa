import { Alert, Stack, Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { Hold } from '@/api/types';
import { LinkText } from '@/components/links';
import { useDates } from '@/lib/today';

interface Props {
  holds: readonly Hold[];
  clientId: string | undefined;
  setId: string | undefined;
}

/** Where a hold ends that this page cannot end. */
function WhereItEnds({ hold, clientId, setId }: Omit<Props, 'holds'> & { hold: Hold }) {
  if (hold.kind === 'wrong_person')
    return (
      <LinkText to="/to-do" search={{ tab: 'answers' }} underline="always" size="sm">
        Decide about the client’s answer under To do
      </LinkText>
    );
  if (hold.reach === 'client' && clientId)
    return (
      <LinkText to="/clients/$clientId" params={{ clientId }} underline="always" size="sm">
        Resume on the client’s page
      </LinkText>
    );
  if (hold.reach === 'reminder_set' && setId)
    return (
      <LinkText to="/reminder-sets/$setId" params={{ setId }} underline="always" size="sm">
        Resume on the reminder set’s page
      </LinkText>
    );
  if (hold.reach === 'firm') return <Text size="sm">Resume all reminders in the banner at the top of the page.</Text>;
  if (hold.kind === 'other_sender')
    return (
      <LinkText to="/settings/sending-rules" underline="always" size="sm">
        Change this in Sending rules
      </LinkText>
    );
  return hold.can_resume ? null : <Text size="sm">This ends by itself.</Text>;
}

/** Why nothing is sent for an invoice: in words, with who said so and since when. */
export function HoldList({ holds, clientId, setId }: Props) {
  const { instant } = useDates();
  return (
    <Stack gap="xs">
      {holds.map((hold) => (
        <Alert
          key={hold.id ?? hold.kind}
          color="amber"
          py="xs"
          icon={<IconPlayerPause aria-hidden size={18} />}
          title={hold.sentence}
        >
          {hold.starts_at ? (
            <Text size="sm">
              {hold.author ? `By ${hold.author}, ` : 'Since '}
              {instant(hold.starts_at)}
            </Text>
          ) : null}
          <WhereItEnds hold={hold} clientId={clientId} setId={setId} />
        </Alert>
      ))}
    </Stack>
  );
}
