import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Pause } from '@/api/types';
import { dayOf } from '@/lib/dates';
import { notifyUndo } from '@/lib/notify-undo';
import { useMay } from '@/lib/session';
import { useToday } from '@/lib/today';
import { usePauseWidely, useResumeWidely, type Whom } from './queries';
import { WidePauseDialog } from './wide-pause-dialog';

interface ResumeProps {
  whom: Whom;
  pause: Pause;
  label: string;
  resumed: string;
  compact?: boolean;
}

/** Ends a pause; Undo sets the same one again. */
export function ResumeWidely({ whom, pause, label, resumed, compact }: ResumeProps) {
  const { timeZone } = useToday();
  const resume = useResumeWidely(whom);
  const again = usePauseWidely(whom);
  const until = pause.ends_at ? dayOf(pause.ends_at, timeZone) : null;
  const takeBack = () => again.mutate({ until, reason: pause.reason });
  return (
    <Button
      {...(compact ? { size: 'compact-sm', variant: 'outline', color: 'amber', c: 'inherit' } : {})}
      leftSection={compact ? null : <IconPlayerPlay size={16} aria-hidden />}
      loading={resume.isPending}
      onClick={() => resume.mutate(undefined, { onSuccess: () => notifyUndo(resumed, takeBack) })}
    >
      {label}
    </Button>
  );
}

interface Props {
  whom: Whom;
  pause: Pause | undefined;
  label: string;
  about: string;
  paused: string;
  resumed: string;
}

/** Pauses a client's or a set's reminders, or lets them go on. */
export function PauseButton({ whom, pause, label, about, paused, resumed }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  if (!useMay('work')) return null;
  if (pause) return <ResumeWidely whom={whom} pause={pause} label="Resume reminders" resumed={resumed} />;
  return (
    <>
      <Button variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={open}>
        {label}
      </Button>
      <WidePauseDialog whom={whom} title={`${label}?`} about={about} done={paused} opened={opened} onClose={close} />
    </>
  );
}
