import { Badge, Group, Stack, Text } from '@mantine/core';
import type { PlannedReminder } from '@/api/types';
import { relativeDay } from '@/lib/dates';
import { useDates, useToday } from '@/lib/today';
import classes from './plan.module.css';

const STATES: Record<PlannedReminder['state'], [string, string]> = {
  planned: ['Planned', 'petrol'],
  held: ['Held', 'amber'],
  awaiting_approval: ['Needs approval', 'amber'],
};

/** What is still to come, by the same rules that send it. */
export function Plan({ items }: { items: readonly PlannedReminder[] }) {
  const { day, instant } = useDates();
  const { today } = useToday();
  if (items.length === 0) return <Text c="dimmed">Nothing is planned.</Text>;
  return (
    <Stack gap={0} component="ol" className={classes.list}>
      {items.map((item) => {
        const [text, color] = STATES[item.state];
        return (
          <li key={`${String(item.step_position)}-${String(item.occurrence)}`} className={classes.item}>
            <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
              <div>
                <Text fw={550} className="num">
                  {item.at ? instant(item.at) : day(item.on)}{' '}
                  <Text span c="dimmed" fw={400}>
                    {relativeDay(item.on, today)}
                  </Text>
                </Text>
                <Text size="sm">
                  {item.kind === 'call_task' ? 'Call' : item.subject}
                  {item.occurrence > 1 ? ` (${String(item.occurrence)}. time)` : ''}
                </Text>
                {item.note ? (
                  <Text size="xs" c="dimmed">
                    {item.note}
                  </Text>
                ) : null}
              </div>
              <Badge color={color} style={{ flex: 'none' }}>
                {text}
              </Badge>
            </Group>
          </li>
        );
      })}
    </Stack>
  );
}
