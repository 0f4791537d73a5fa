import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react';

/** Clio writes to this client too: the firm should know before both do, or why only one does. */
export function ClioRemindersNote({ isHeld = false }: { isHeld?: boolean }) {
  if (isHeld)
    return (
      <Alert color="amber" icon={<IconPlayerPause aria-hidden />} title="Clio itself sends reminders to this client">
        So none are sent from here, as set in Sending rules. When Clio no longer sends them, reminders go on here.
      </Alert>
    );
  return (
    <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} title="Clio itself also sends reminders to this client">
      Turn them off in Clio, or this client gets both. In Clio, open Billing, then Outstanding Balances, and switch off
      Reminders in the client’s row.
    </Alert>
  );
}
