import { Group, Text, Tooltip } from '@mantine/core';
import type { LiveState } from './use-live';

const WORDS = {
  live: ['Live', 'Changes by the sync, by colleagues and by clients appear by themselves.'],
  reconnecting: ['Reconnecting…', 'The page is refreshed every 30 seconds until the connection is back.'],
} as const;

/** Whether changes appear by themselves. */
export function LiveMark({ state }: { state: LiveState }) {
  if (state === 'connecting') return null;
  const [word, about] = WORDS[state];
  return (
    <Tooltip label={about} multiline w={240} position="top-start" events={{ hover: true, focus: true, touch: true }}>
      <Group gap={8} px={8} pb={6} wrap="nowrap" c="dimmed" role="status" aria-label={`${word} ${about}`} w="fit-content">
        <span
          aria-hidden
          style={{
            width: 8,
            height: 8,
            borderRadius: '50%',
            background: state === 'live' ? 'var(--mantine-color-green-6)' : 'var(--mantine-color-amber-6)',
          }}
        />
        <Text size="xs">{word}</Text>
      </Group>
    </Tooltip>
  );
}
