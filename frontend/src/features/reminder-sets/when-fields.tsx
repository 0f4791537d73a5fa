import { Group, NumberInput, Select, Stack, Switch } from '@mantine/core';
import type { Step } from '@/api/types';

interface Props {
  step: Step;
  disabled: boolean;
  onChange: (patch: Partial<Step>) => void;
}

const ANCHORS = [
  { value: 'due', label: 'the due date' },
  { value: 'issue', label: 'the invoice date' },
  { value: 'start', label: 'the start' },
];

const DEFAULT_REPEAT = { repeat_every_days: 30, repeat_max: 6 };

/** When a step is due: days before, on or after a date, and whether it repeats. */
export function WhenFields({ step, disabled, onChange }: Props) {
  const side = step.offset_days < 0 ? 'before' : 'after';
  const days = Math.abs(step.offset_days);
  const set = (nextDays: number, nextSide: string) =>
    onChange({ offset_days: nextSide === 'before' ? -nextDays || 0 : nextDays });
  return (
    <Stack gap="sm">
      <Group gap="xs" align="flex-end">
        <NumberInput label="Days" w={80} min={0} max={3650} allowDecimal={false} allowNegative={false} disabled={disabled} value={days} onChange={(value) => set(Number(value) || 0, side)} />
        <Select
          label="Before or after"
          w={110}
          data={step.anchor === 'start' ? ['after'] : ['before', 'after']}
          allowDeselect={false}
          disabled={disabled}
          value={side}
          onChange={(value) => set(days, value ?? side)}
        />
        <Select
          label="Counted from"
          flex="1 1 9rem"
          data={ANCHORS}
          allowDeselect={false}
          disabled={disabled}
          value={step.anchor}
          onChange={(value) => {
            if (!value) return;
            const anchor = value as Step['anchor'];
            onChange({ anchor, offset_days: anchor === 'start' ? days : step.offset_days });
          }}
        />
      </Group>
      <Group gap="md" align="flex-end">
        <Switch
          label="Repeat"
          checked={step.repeat_every_days !== null}
          disabled={disabled}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? DEFAULT_REPEAT : { repeat_every_days: null, repeat_max: null })
          }
        />
        {step.repeat_every_days !== null ? (
          <>
            <NumberInput label="Every … days" w={110} min={1} allowDecimal={false} disabled={disabled} value={step.repeat_every_days} onChange={(value) => onChange({ repeat_every_days: Number(value) || 1 })} />
            <NumberInput label="At most … times" w={130} min={1} allowDecimal={false} disabled={disabled} value={step.repeat_max ?? ''} onChange={(value) => onChange({ repeat_max: value === '' ? null : Number(value) })} />
          </>
        ) : null}
        <Switch
          label="Needs your approval before it leaves"
          checked={step.needs_approval}
          disabled={disabled}
          onChange={(event) => onChange({ needs_approval: event.currentTarget.checked })}
        />
      </Group>
    </Stack>
  );
}
