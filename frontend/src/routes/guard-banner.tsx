import { Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { LinkButton } from '@/components/links';
import { blastGuardQuery, useDecideGuard } from '@/features/blast-guard/queries';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { count } from '@/lib/texts';
import classes from './app-shell.module.css';

/** On every page while the blast guard has stopped everything. */
export function GuardBanner() {
  const guard = useQuery(blastGuardQuery).data;
  const decide = useDecideGuard();
  const mayDecide = useMay('own');
  if (guard?.state !== 'tripped') return null;
  const send = () =>
    modals.openConfirmModal({
      title: 'Send them?',
      children: (
        <Text>
          {count(guard.about_to_leave, 'e-mail', 'e-mails')} of today will leave at the usual pace, each checked once more
          before. The blast guard stops nothing else today.
        </Text>
      ),
      labels: { confirm: 'Send them', cancel: 'Leave everything stopped' },
      onConfirm: () => decide.mutate('send', { onSuccess: () => notifyDone('The e-mails leave at the usual pace.') }),
    });
  const pause = () =>
    modals.openConfirmModal({
      title: 'Pause everything?',
      children: <Text>No reminder leaves until somebody resumes them. The e-mails of today wait.</Text>,
      labels: { confirm: 'Pause everything', cancel: 'Cancel' },
      onConfirm: () => decide.mutate('pause', { onSuccess: () => notifyDone('Everything is paused.') }),
    });
  return (
    <Group className={classes.banner} justify="space-between" gap="xs" role="region" aria-label="The blast guard has stopped everything">
      <Group gap={8} wrap="nowrap" align="flex-start" style={{ flex: '1 1 16rem' }}>
        <IconHandStop size={18} stroke={1.8} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
        <Text size="sm">
          {guard.reason} {mayDecide ? 'Look at them, then decide.' : 'The owner decides whether they leave.'}
        </Text>
      </Group>
      <Group gap="xs">
        <LinkButton to="/to-do" search={{ tab: 'upcoming', on: 'today' }} size="compact-sm" variant="outline" color="amber" c="inherit">
          Look at them
        </LinkButton>
        {mayDecide ? (
          <>
            <Button size="compact-sm" variant="outline" color="amber" c="inherit" disabled={decide.isPending} onClick={pause}>
              Pause everything
            </Button>
            <Button size="compact-sm" variant="outline" color="amber" c="inherit" loading={decide.isPending} onClick={send}>
              Send them
            </Button>
          </>
        ) : null}
      </Group>
    </Group>
  );
}
