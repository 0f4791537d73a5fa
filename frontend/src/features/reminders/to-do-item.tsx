import { Anchor, Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Reminder } from '@/api/types';
import { LinkText } from '@/components/links';
import { useDates } from '@/lib/today';

interface Props {
  reminder: Reminder;
  onOpenMail: ((id: string) => void) | null;
  children: ReactNode;
}

/** One thing for a person to decide. */
export function ToDoItem({ reminder, onOpenMail, children }: Props) {
  const { day } = useDates();
  const what = reminder.kind === 'call_task' ? 'Call' : (reminder.subject ?? 'E-mail');
  return (
    <Paper p="md" component="li">
      <Group justify="space-between" gap="md">
        <div style={{ minWidth: 0, flex: '1 1 18rem' }}>
          <Text fw={550}>{what}</Text>
          <Text size="sm">
            {reminder.client_name ?? 'Unknown client'}
            {', invoice '}
            <LinkText to="/invoices/$invoiceId" params={{ invoiceId: reminder.invoice.id }} underline="always">
              {reminder.invoice.number}
            </LinkText>
            {reminder.recipient ? ` · ${reminder.recipient}` : ''}
          </Text>
          <Text size="xs" c="dimmed">
            Step {reminder.step_position}, planned for {day(reminder.planned_on)}
            {onOpenMail && reminder.kind === 'email' ? (
              <>
                {' · '}
                <Anchor component="button" type="button" size="xs" onClick={() => onOpenMail(reminder.id)}>
                  Show the e-mail
                </Anchor>
              </>
            ) : null}
          </Text>
          {reminder.reason ? <Text size="sm" mt={4}>{reminder.reason}</Text> : null}
        </div>
        <Group gap="xs">{children}</Group>
      </Group>
    </Paper>
  );
}
