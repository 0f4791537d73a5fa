import { Group, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useRef } from 'react';
import type { Finding, Step } from '@/api/types';
import { RichEditor } from '@/components/rich-editor';
import type { RichEditorHandle } from '@/components/rich-editor/rich-editor';
import { FieldNotes } from './field-notes';
import { FormatSwitch } from './format-switch';
import { VariablePicker } from './variable-picker';

interface Props {
  step: Step;
  findings: readonly Finding[];
  disabled: boolean;
  onChange: (patch: Partial<Step>) => void;
}

type Field = 'subject' | 'body';

/** Inserts `{{ name }}` at a cursor, and says where the cursor is then. */
export function insertVariable(text: string, at: number, name: string): [string, number] {
  const inserted = `{{ ${name} }}`;
  return [text.slice(0, at) + inserted + text.slice(at), at + inserted.length];
}

function useInsertion({ step, onChange }: Props) {
  const subject = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const rich = useRef<RichEditorHandle>(null);
  const last = useRef<Field>('body');
  const insert = (name: string) => {
    const field = last.current;
    if (field === 'body' && step.body_format === 'rich') {
      rich.current?.insert(`{{ ${name} }}`);
      return;
    }
    const box = field === 'subject' ? subject.current : body.current;
    const [text, cursor] = insertVariable(step[field], box?.selectionEnd ?? step[field].length, name);
    onChange({ [field]: text });
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(cursor, cursor);
    });
  };
  return { subject, body, rich, insert, onFocus: (field: Field) => () => void (last.current = field) };
}

export function TextFields(props: Props) {
  const { step, findings, disabled, onChange } = props;
  const { subject, body, rich, insert, onFocus } = useInsertion(props);
  const isCall = step.kind === 'call_task';
  const label = isCall ? 'What to talk about' : 'Text';
  return (
    <Stack gap="sm">
      <div>
        <TextInput
          ref={subject}
          label={isCall ? 'Title' : 'Subject'}
          value={step.subject}
          disabled={disabled}
          onFocus={onFocus('subject')}
          onChange={(event) => onChange({ subject: event.currentTarget.value })}
        />
        <FieldNotes findings={findings} field="subject" />
      </div>
      <div>
        <Group justify="space-between" align="flex-end" mb={4}>
          <Text component="label" htmlFor={step.body_format === 'rich' ? undefined : 'step-body'} size="sm" fw={500}>
            {label}
          </Text>
          <Group gap="xs">
            {isCall ? null : <FormatSwitch text={step} disabled={disabled} onChange={onChange} />}
            <VariablePicker onPick={insert} disabled={disabled} />
          </Group>
        </Group>
        {step.body_format === 'rich' ? (
          <RichEditor label={label} value={step.body} disabled={disabled} handle={rich} onFocus={onFocus('body')} onChange={(html) => onChange({ body: html })} />
        ) : (
          <Textarea
            id="step-body"
            ref={body}
            autosize
            minRows={10}
            maxRows={24}
            value={step.body}
            disabled={disabled}
            onFocus={onFocus('body')}
            onChange={(event) => onChange({ body: event.currentTarget.value })}
          />
        )}
        <Text size="xs" c="dimmed" mt={4}>
          {step.body_format === 'rich' ? '' : 'A blank line begins a new paragraph. '}
          {isCall ? '' : 'A paragraph with only {{ pay.link }} becomes a button, one with only {{ invoices.table }} a table.'}
        </Text>
        <FieldNotes findings={findings} field="body" />
      </div>
      {isCall ? null : (
        <Group grow align="flex-start">
          <TagsInput label="CC" placeholder={step.cc.length ? '' : 'Add an address'} value={step.cc} disabled={disabled} onChange={(cc) => onChange({ cc })} splitChars={[',', ' ', ';']} />
          <TagsInput label="BCC" placeholder={step.bcc.length ? '' : 'Add an address'} value={step.bcc} disabled={disabled} onChange={(bcc) => onChange({ bcc })} splitChars={[',', ' ', ';']} />
        </Group>
      )}
    </Stack>
  );
}
