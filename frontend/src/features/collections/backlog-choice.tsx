import { Radio, Stack } from '@mantine/core';
import type { Backlog } from '@/api/types';

const CHOICES: { value: Backlog; name: string; meaning: string }[] = [
  {
    value: 'fitting_step',
    name: 'Begin with the step that fits the age',
    meaning: 'An invoice 20 days overdue begins with the latest step it has passed; softer ones before it are left out.',
  },
  {
    value: 'first_step',
    name: 'Begin with the first step',
    meaning: 'Every invoice gets the whole series from the beginning, however old it is.',
  },
  {
    value: 'skip_past',
    name: 'Skip what is past',
    meaning: 'Only steps whose day is still to come are sent. An old invoice may get none.',
  },
];

/** What becomes of steps whose day has passed already. */
export function BacklogChoice({ value, onChange }: { value: Backlog; onChange: (backlog: Backlog) => void }) {
  return (
    <Radio.Group
      label="Invoices that are overdue already"
      value={value}
      onChange={(chosen) => onChange(chosen as Backlog)}
    >
      <Stack gap="sm" mt="sm">
        {CHOICES.map((choice) => (
          <Radio key={choice.value} value={choice.value} label={choice.name} description={choice.meaning} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
