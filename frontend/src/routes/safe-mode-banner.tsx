import { Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { activityQuery } from '@/features/activity/queries';
import { useUpdateSendingRules } from '@/features/firm/queries';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { count, SAFE_MODE } from '@/lib/texts';
import classes from './app-shell.module.css';

function whatWaits(queued: number | undefined): string {
  if (queued === undefined || queued === 0) return 'No e-mail is waiting at the moment.';
  return `${count(queued, 'e-mail is', 'e-mails are')} waiting and will leave within the sending window.`;
}

/** Always there while Safe Mode is on, so that nobody wonders why nothing arrives. */
export function SafeModeBanner({ isOn }: { isOn: boolean }) {
  const activity = useQuery(activityQuery).data;
  const update = useUpdateSendingRules();
  const mayChange = useMay('own');
  if (!isOn) return null;
  const ask = () =>
    modals.openConfirmModal({
      title: 'Switch Safe Mode off?',
      children: (
        <Text>
          {whatWaits(activity?.queued_today)} From then on reminders go to clients by themselves, as planned. You can
          switch Safe Mode on again at any time.
        </Text>
      ),
      labels: { confirm: 'Switch Safe Mode off', cancel: 'Keep it on' },
      onConfirm: () =>
        update.mutate(
          { safe_mode: false },
          { onSuccess: () => notifyDone('Reminders leave as planned.', 'Safe Mode is off') },
        ),
    });
  return (
    <Group className={classes.banner} justify="space-between" gap="xs" role="region" aria-label="Safe Mode is on">
      <Group gap={8} wrap="nowrap" align="flex-start" style={{ flex: '1 1 16rem' }}>
        <IconShieldCheck size={18} stroke={1.8} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
        <Text size="sm">{SAFE_MODE}</Text>
      </Group>
      {mayChange ? (
        <Button size="compact-sm" variant="outline" color="amber" c="inherit" onClick={ask} loading={update.isPending}>
          Switch Safe Mode off
        </Button>
      ) : null}
    </Group>
  );
}
