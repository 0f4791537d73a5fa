import { Switch } from '@mantine/core';
import { notifyDone } from '@/lib/notify';
import { useUpdateSendingRules } from './queries';

export function SafeModeSwitch({ isOn, disabled }: { isOn: boolean; disabled: boolean }) {
  const update = useUpdateSendingRules();
  return (
    <Switch
      label="Safe Mode"
      description="Everything is planned and shown, nothing leaves."
      checked={isOn}
      disabled={disabled || update.isPending}
      onChange={(event) => {
        const safe_mode = event.currentTarget.checked;
        update.mutate(
          { safe_mode },
          { onSuccess: () => notifyDone(safe_mode ? 'Nothing leaves.' : 'Reminders leave as planned.', `Safe Mode is ${safe_mode ? 'on' : 'off'}`) },
        );
      }}
    />
  );
}
