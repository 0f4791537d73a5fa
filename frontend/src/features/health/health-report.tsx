import { Box, Group, Paper, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { HealthReport } from '@/api/types';
import { Lines, QueryView } from '@/components/query-view';
import { useDates } from '@/lib/today';
import { healthQuery } from './queries';

type Line = HealthReport['lines'][number];

const LOOKS = {
  good: { icon: IconCircleCheck, color: 'green', word: 'Good' },
  notice: { icon: IconInfoCircle, color: 'amber', word: 'To know' },
  bad: { icon: IconAlertTriangle, color: 'red', word: 'Not good' },
} as const;

const WHOLE = {
  good: 'Everything is as it should be.',
  notice: 'Nothing is wrong. Something is worth knowing.',
  bad: 'Something needs somebody.',
} as const;

function Row({ line }: { line: Line }) {
  const { instant } = useDates();
  const { icon: Icon, color, word } = LOOKS[line.standing];
  return (
    <Paper component="li" p="sm">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Icon size={20} stroke={1.7} aria-label={word} role="img" style={{ flex: 'none', marginTop: 2 }} color={`var(--mantine-color-${color}-text)`} />
        <Box miw={0} flex={1}>
          <Group justify="space-between" gap={4}>
            <Text fw={550} style={{ overflowWrap: 'anywhere' }}>
              {line.title}
            </Text>
            {line.at ? (
              <Text size="xs" c="dimmed">
                {instant(line.at)}
              </Text>
            ) : null}
          </Group>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {line.sentence}
          </Text>
          {line.advice ? (
            <Text size="sm" c="dimmed" mt={4}>
              {line.advice}
            </Text>
          ) : null}
        </Box>
      </Group>
    </Paper>
  );
}

/** Each thing that is watched, in words; what is not good first. */
export function HealthLines() {
  const { instant } = useDates();
  const order = ['bad', 'notice', 'good'];
  return (
    <QueryView query={useQuery(healthQuery)} loading={<Lines count={8} height={44} />}>
      {({ lines, standing, checked_at }) => (
        <Stack gap="sm">
          <div role="status">
            <Text fw={550}>{WHOLE[standing]}</Text>
          </div>
          <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
            {lines
              .toSorted((one, other) => order.indexOf(one.standing) - order.indexOf(other.standing))
              .map((line) => (
                <Row key={line.key} line={line} />
              ))}
          </Stack>
          <Text size="xs" c="dimmed">
            Looked at {instant(checked_at)}.
          </Text>
        </Stack>
      )}
    </QueryView>
  );
}
