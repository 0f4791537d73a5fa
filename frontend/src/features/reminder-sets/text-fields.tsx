import { Group, Stack, TagsInput } from '@mantine/core';
import type { Finding, Step } from '@/api/types';
import { TextEditor } from './text-editor';

interface Props {
  step: Step;
  findings: readonly Finding[];
  disabled: boolean;
  onChange: (patch: Partial<Step>) => void;
}

const HINT =
  'A paragraph with only {{ pay.link }} becomes a button, one with only {{ answer.links }} a sentence with a link, one with only {{ invoices.table }} a table.';

export function TextFields({ step, findings, disabled, onChange }: Props) {
  const isCall = step.kind === 'call_task';
  return (
    <Stack gap="sm">
      <TextEditor text={step} findings={findings} disabled={disabled} onChange={onChange} isCall={isCall} hint={isCall ? '' : HINT} />
      {isCall ? null : (
        <Group grow align="flex-start">
          <TagsInput label="CC" placeholder={step.cc.length ? '' : 'Add an address'} value={step.cc} disabled={disabled} onChange={(cc) => onChange({ cc })} splitChars={[',', ' ', ';']} />
          <TagsInput label="BCC" placeholder={step.bcc.length ? '' : 'Add an address'} value={step.bcc} disabled={disabled} onChange={(bcc) => onChange({ bcc })} splitChars={[',', ' ', ';']} />
        </Group>
      )}
    </Stack>
  );
}
