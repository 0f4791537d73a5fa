import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPause } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ResumeWidely } from '@/features/holds/pause-button';
import { pauseOfEverything } from '@/features/holds/pauses';
import { pausesQuery } from '@/features/holds/queries';
import { WidePauseDialog } from '@/features/holds/wide-pause-dialog';
import { useMay } from '@/lib/session';
import classes from './app-shell.module.css';

/** On every page while all reminders are paused. */
export function PauseBanner() {
  const pause = pauseOfEverything(useQuery(pausesQuery).data?.items);
  const mayWork = useMay('work');
  if (!pause) return null;
  return (
    <Group className={classes.banner} justify="space-between" gap="xs" role="region" aria-label="All reminders are paused">
      <Group gap={8} wrap="nowrap" align="flex-start" style={{ flex: '1 1 16rem' }}>
        <IconPlayerPause size={18} stroke={1.8} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
        <Text size="sm">
          {pause.sentence}
          {pause.author ? ` By ${pause.author}.` : ''}
        </Text>
      </Group>
      {mayWork ? (
        <ResumeWidely
          whom="everybody"
          pause={pause}
          label="Resume all reminders"
          resumed="Reminders go on, each at its time."
          compact
        />
      ) : null}
    </Group>
  );
}

/** The brake for everything, in the menu of every page. */
export function PauseAll() {
  const pauses = useQuery(pausesQuery).data?.items;
  const [opened, { open, close }] = useDisclosure(false);
  const mayWork = useMay('work');
  if (!mayWork || !pauses || pauseOfEverything(pauses)) return null;
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        justify="flex-start"
        mx={8}
        mb="xs"
        leftSection={<IconPlayerPause size={16} aria-hidden />}
        onClick={open}
      >
        Pause all reminders
      </Button>
      <WidePauseDialog
        whom="everybody"
        title="Pause all reminders?"
        about="No reminder goes to anybody, from this moment on."
        done="All reminders are paused."
        opened={opened}
        onClose={close}
      />
    </>
  );
}
