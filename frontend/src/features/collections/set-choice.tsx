import { Radio, SimpleGrid, Text } from '@mantine/core';
import type { ReminderSet } from '@/api/types';
import { seriesText } from '@/lib/step-words';
import { count } from '@/lib/texts';
import classes from './set-choice.module.css';

interface Props {
  sets: readonly ReminderSet[];
  value: string | null;
  onChange: (id: string) => void;
}

/** The list of reminder sets, one to be chosen. */
export function SetChoice({ sets, value, onChange }: Props) {
  return (
    <Radio.Group value={value} onChange={onChange} aria-label="Reminder set">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm">
        {sets.map((set) => (
          <Radio.Card key={set.id} value={set.id} className={classes.card} aria-label={set.name}>
            <div className={classes.inner}>
              <Radio.Indicator mt={2} />
              <div>
                <Text fw={550}>{set.name}</Text>
                <Text size="sm" c="dimmed" lineClamp={2}>
                  {set.description || 'No description'}
                </Text>
                <Text size="sm" mt={4}>
                  {seriesText(set.steps_in_brief)}
                </Text>
                <Text size="xs" c="dimmed" mt={4}>
                  {count(set.steps_count, 'step')} · {count(set.active_collections, 'active collection')}
                </Text>
              </div>
            </div>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
