import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconMail } from '@tabler/icons-react';
import type { Sender } from '@/api/types';
import { useDates } from '@/lib/today';
import { useSendVerification } from './queries';

/** Whether the sender's address is verified, and the link that verifies it. */
export function SenderVerification({ sender, disabled }: { sender: Sender; disabled?: boolean }) {
  const send = useSendVerification();
  const { instant } = useDates();
  if (sender.verified_at) {
    return (
      <Alert color="green" icon={<IconCircleCheck aria-hidden />} title="The address is verified">
        {sender.from_email} since {instant(sender.verified_at)}.
      </Alert>
    );
  }
  const sentTo = send.data?.sent_to ?? (sender.verification_sent_at ? sender.from_email : null);
  return (
    <Alert color="amber" icon={<IconMail aria-hidden />} title="The address is not verified yet">
      <Stack gap="sm" align="flex-start">
        {sentTo ? (
          <Text aria-live="polite">
            We sent a link to <b>{sentTo}</b>
            {sender.verification_sent_at ? ` (${instant(sender.verification_sent_at)})` : ''}. Open it and confirm; this
            page notices by itself.
          </Text>
        ) : null}
        <Text>Nothing leaves before that.</Text>
        <Group>
          <Button
            size="xs"
            variant={sentTo ? 'default' : 'filled'}
            disabled={disabled || sender.from_email === ''}
            loading={send.isPending}
            onClick={() => send.mutate()}
          >
            {sentTo ? 'Send the link again' : 'Send the verification link'}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
