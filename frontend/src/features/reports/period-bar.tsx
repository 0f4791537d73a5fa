import { Group, Select } from '@mantine/core';
import { DayInput } from '@/components/day-input';
import { UNIT_NAMES, UNITS, type Period } from './period';

interface Props {
  period: Period;
  withUnit?: boolean;
  onChange: (period: Period) => void;
}

/** From when to when; it stands in the page's address. */
export function PeriodBar({ period, withUnit = false, onChange }: Props) {
  return (
    <Group gap="sm" align="flex-end">
      <DayInput
        label="From"
        description="Empty: twelve months"
        value={period.from ?? null}
        max={period.to}
        onChange={(day) => onChange({ ...period, from: day ?? undefined })}
      />
      <DayInput
        label="To"
        description="Empty: until today"
        value={period.to ?? null}
        min={period.from}
        onChange={(day) => onChange({ ...period, to: day ?? undefined })}
      />
      {withUnit ? (
        <Select
          label="Steps"
          allowDeselect={false}
          data={UNITS.map((value) => ({ value, label: UNIT_NAMES[value] }))}
          value={period.unit ?? 'month'}
          onChange={(unit) => onChange({ ...period, unit: UNITS.find((each) => each === unit) })}
        />
      ) : null}
    </Group>
  );
}
