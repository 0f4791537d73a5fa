import { Group, NumberInput, Select, Stack, Switch, Text } from '@mantine/core';
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
  { value: 'month', label: 'the first of each month' },
];

const UNITS = [
  { value: 'calendar_days', label: 'days' },
  { value: 'business_days', label: 'business days' },
];

const ONLY_AFTER = new Set(['start', 'month']);

const DEFAULT_REPEAT = { repeat_every_days: 30, repeat_max: 6 };
const ONCE = { repeat_every_days: null, repeat_max: null };
const EACH_MONTH = { repeat_every_days: null, repeat_max: 12 };

/** What changes with the day a step counts from: a step of each month repeats by itself. */
function withAnchor(step: Step, anchor: Step['anchor']): Partial<Step> {
  const offset_days = ONLY_AFTER.has(anchor) ? Math.abs(step.offset_days) : step.offset_days;
  if (anchor === 'month') return { anchor, offset_days, ...EACH_MONTH };
  return step.anchor === 'month' ? { anchor, offset_days, ...ONCE } : { anchor, offset_days };
}

/** When a step is due: days before, on or after a date, and whether it repeats. */
export function WhenFields({ step, disabled, onChange }: Props) {
  const side = step.offset_days < 0 ? 'before' : 'after';
  const days = Math.abs(step.offset_days);
  const set = (nextDays: number, nextSide: string) =>
    onChange({ offset_days: nextSide === 'before' ? -nextDays || 0 : nextDays });
  return (
    <Stack gap="sm">
      <Group gap="xs" align="flex-end">
        <NumberInput label="Number" w={80} min={0} max={3650} allowDecimal={false} allowNegative={false} disabled={disabled} value={days} onChange={(value) => set(Number(value) || 0, side)} />
        <Select
          label="Days"
          w={140}
          data={UNITS}
          allowDeselect={false}
          disabled={disabled}
          value={step.offset_unit}
          onChange={(value) => value && onChange({ offset_unit: value as Step['offset_unit'] })}
        />
        <Select
          label="Before or after"
          w={110}
          data={ONLY_AFTER.has(step.anchor) ? ['after'] : ['before', 'after']}
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
          onChange={(value) => value && onChange(withAnchor(step, value as Step['anchor']))}
        />
      </Group>
      <Repeat step={step} disabled={disabled} onChange={onChange} />
      <Group gap="md">
        <Switch
          label="Needs your approval before it leaves"
          checked={step.needs_approval}
          disabled={disabled}
          onChange={(event) => onChange({ needs_approval: event.currentTarget.checked })}
        />
        {step.kind === 'email' ? <MailSwitches step={step} disabled={disabled} onChange={onChange} /> : null}
      </Group>
    </Stack>
  );
}

function Repeat({ step, disabled, onChange }: Props) {
  const atMost = (
    <NumberInput label="At most … times" w={130} min={1} max={60} allowDecimal={false} disabled={disabled} value={step.repeat_max ?? ''} onChange={(value) => onChange({ repeat_max: value === '' ? null : Number(value) })} />
  );
  if (step.anchor === 'month') {
    return (
      <Group gap="md" align="flex-end">
        {atMost}
        <Text size="sm" c="dimmed" pb={8}>
          Comes once a month, on the first day on which mail may leave.
        </Text>
      </Group>
    );
  }
  return (
    <Group gap="md" align="flex-end">
      <Switch
        label="Repeat"
        checked={step.repeat_every_days !== null}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked ? DEFAULT_REPEAT : ONCE)}
      />
      {step.repeat_every_days !== null ? (
        <>
          <NumberInput label="Every … days" w={110} min={1} allowDecimal={false} disabled={disabled} value={step.repeat_every_days} onChange={(value) => onChange({ repeat_every_days: Number(value) || 1 })} />
          {atMost}
        </>
      ) : null}
    </Group>
  );
}

function MailSwitches({ step, disabled, onChange }: Props) {
  return (
    <>
      <Switch
        label="Attach the bill as PDF"
        checked={step.attach_bill}
        disabled={disabled}
        onChange={(event) => onChange({ attach_bill: event.currentTarget.checked })}
      />
      <Switch
        label="Statement of everything the client owes"
        checked={step.is_statement}
        disabled={disabled}
        onChange={(event) => onChange({ is_statement: event.currentTarget.checked })}
      />
    </>
  );
}
