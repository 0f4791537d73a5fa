import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

/** Clio writes to this client too: the firm should know before both do. */
export function ClioRemindersNote() {
  return (
    <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} title="Clio itself also sends reminders to this client">
      Turn them off in Clio, or this client gets both. In Clio, open Billing, then Outstanding Balances, and switch off
      Reminders in the client’s row.
    </Alert>
  );
}
