import { Alert } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { Pause } from '@/api/types';
import { useDates } from '@/lib/today';

/** A pause in words, with who set it and when. */
export function PauseNote({ pause }: { pause: Pause }) {
  const { instant } = useDates();
  return (
    <Alert color="amber" mb="lg" icon={<IconPlayerPause aria-hidden />} title={pause.sentence}>
      {pause.author ? `Paused by ${pause.author} on ` : 'Paused on '}
      {instant(pause.starts_at)}. Every reminder keeps its place.
    </Alert>
  );
}
