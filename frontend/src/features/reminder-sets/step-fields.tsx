import { SegmentedControl, Stack } from '@mantine/core';
import type { Finding, Step } from '@/api/types';
import { FieldNotes } from './field-notes';
import { converted } from './format-switch';
import { TextFields } from './text-fields';
import { WhenFields } from './when-fields';

interface Props {
  step: Step;
  findings: readonly Finding[];
  disabled: boolean;
  onChange: (patch: Partial<Step>) => void;
}

const KINDS = [
  { value: 'email', label: 'E-mail' },
  { value: 'call_task', label: 'Call' },
];

/** Everything about one step, with the linter's notes in place. */
export function StepFields({ step, findings, disabled, onChange }: Props) {
  return (
    <Stack>
      <SegmentedControl
        aria-label="What the step does"
        data={KINDS}
        value={step.kind}
        disabled={disabled}
        onChange={(kind) => onChange({ kind: kind as Step['kind'], ...(kind === 'call_task' ? converted(step, 'plain') : {}) })}
        style={{ alignSelf: 'flex-start' }}
      />
      <div>
        <WhenFields step={step} disabled={disabled} onChange={onChange} />
        <FieldNotes findings={findings} field="when" />
      </div>
      <TextFields step={step} findings={findings} disabled={disabled} onChange={onChange} />
    </Stack>
  );
}
