import { Drawer, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '@/components/facts';
import { MailFrame } from '@/components/mail-frame';
import { QueryView } from '@/components/query-view';
import { useDates } from '@/lib/today';
import { reminderQuery } from './queries';
import { ReminderBadge } from './reminder-badge';

function Mail({ id }: { id: string }) {
  const { instant, day } = useDates();
  return (
    <QueryView query={useQuery(reminderQuery(id))}>
      {(mail) => (
        <Stack>
          <Facts
            items={[
              ['State', <ReminderBadge key="state" state={mail.state} />],
              ['Subject', mail.subject],
              ['To', mail.recipient],
              [mail.state === 'sent' ? 'Sent' : 'Planned', mail.at ? instant(mail.at) : day(mail.planned_on)],
              ['Reason', mail.reason],
              ['Message-ID', mail.message_id],
              ['Mail server said', mail.smtp_response],
            ]}
          />
          {mail.html ? (
            <MailFrame html={mail.html} title={`E-mail ${mail.subject ?? ''}`} height="max(360px, calc(100dvh - 380px))" />
          ) : (
            <Text style={{ whiteSpace: 'pre-wrap' }}>{mail.text ?? 'There is no text yet.'}</Text>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

/** One e-mail exactly as it was sent. */
export function MailDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Drawer opened={id !== null} onClose={onClose} position="right" size="lg" title="E-mail">
      {id ? <Mail id={id} /> : null}
    </Drawer>
  );
}
