import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FormError } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { count } from '@/lib/texts';
import { DryRunView } from './dry-run';
import { dryRunQuery, type Rule, useSwitchOn } from './queries';

/** Shows what starts at once, and switches on only what was shown. */
export function SwitchOnDialog({ rule, opened, onClose }: { rule: Rule; opened: boolean; onClose: () => void }) {
  const switchOn = useSwitchOn(rule.id);
  const request = { rule_id: rule.id };
  const found = useQuery({ ...dryRunQuery({ ...request, show: 'starting', limit: 20 }), enabled: opened });
  const starting = found.isPlaceholderData ? undefined : found.data?.starting;
  const confirm = () => {
    if (starting === undefined) return;
    switchOn.mutate(starting, {
      onSuccess: () => {
        notifyDone(`“${rule.name}” is on.${starting > 0 ? ` ${count(starting, 'invoice')} will start in a moment.` : ''}`);
        onClose();
      },
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Switch on “${rule.name}”?`} size="lg" onExitTransitionEnd={switchOn.reset}>
      <Stack>
        <Text>From now on this rule starts collections by itself. At once it would start:</Text>
        {opened ? <DryRunView request={request} /> : null}
        <FormError error={switchOn.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={confirm} loading={switchOn.isPending} disabled={starting === undefined || found.isFetching}>
            {starting ? `Switch on and start ${String(starting)}` : 'Switch on'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
