import { Switch } from '@mantine/core';
import type { ReminderSetDetail } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useSetApproval } from './queries';

/** Saved at once, and for running collections too: it is no part of a version. */
export function ApprovalSwitch({ set, disabled }: { set: ReminderSetDetail; disabled: boolean }) {
  const save = useSetApproval(set.id);
  return (
    <Switch
      mb="lg"
      label="Ask before every e-mail of this set"
      description="Each waits in To do until somebody approves it, in collections that already run as well."
      checked={set.needs_approval}
      disabled={disabled || save.isPending}
      onChange={(event) => {
        const asks = event.currentTarget.checked;
        save.mutate(asks, {
          onSuccess: () =>
            notifyDone(asks ? 'Every e-mail of this set waits for approval.' : 'Only steps that ask for it wait for approval.'),
        });
      }}
    />
  );
}
