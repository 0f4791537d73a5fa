import { SegmentedControl } from '@mantine/core';
import { relativeDay, weekdayOf } from '@/lib/dates';
import { useDates } from '@/lib/today';

export type Day = 'today' | 'next';

interface Props {
  value: Day;
  today: string;
  nextDay: string;
  onChange: (day: Day) => void;
}

/** Today, or the next day on which mails leave. */
export function DaySwitch({ value, today, nextDay, onChange }: Props) {
  const { day } = useDates();
  const next = relativeDay(nextDay, today) === 'tomorrow' ? 'Tomorrow' : weekdayOf(nextDay);
  return (
    <SegmentedControl
      aria-label="Day"
      value={value}
      onChange={(chosen) => onChange(chosen as Day)}
      data={[
        { value: 'today', label: `Today, ${day(today)}` },
        { value: 'next', label: `${next}, ${day(nextDay)}` },
      ]}
    />
  );
}
