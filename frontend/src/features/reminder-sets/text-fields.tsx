import { Group, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useRef } from 'react';
import type { Step } from '@/api/types';
import { VariablePicker } from './variable-picker';

interface Props {
  step: Step;
  disabled: boolean;
  onChange: (patch: Partial<Step>) => void;
}

type Field = 'subject' | 'body';

/** Inserts `{{ name }}` at a cursor, and says where the cursor is then. */
export function insertVariable(text: string, at: number, name: string): [string, number] {
  const inserted = `{{ ${name} }}`;
  return [text.slice(0, at) + inserted + text.slice(at), at + inserted.length];
}

export function TextFields({ step, disabled, onChange }: Props) {
  const subject = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const last = useRef<Field>('body');
  const insert = (name: string) => {
    const field = last.current;
    const box = field === 'subject' ? subject.current : body.current;
    const [text, cursor] = insertVariable(step[field], box?.selectionEnd ?? step[field].length, name);
    onChange({ [field]: text });
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(cursor, cursor);
    });
  };
  const isCall = step.kind === 'call_task';
  return (
    <Stack gap="sm">
      <TextInput
        ref={subject}
        label={isCall ? 'Title' : 'Subject'}
        value={step.subject}
        disabled={disabled}
        onFocus={() => (last.current = 'subject')}
        onChange={(event) => onChange({ subject: event.currentTarget.value })}
      />
      <div>
        <Group justify="space-between" align="flex-end" mb={4}>
          <Text component="label" htmlFor="step-body" size="sm" fw={500}>
            {isCall ? 'What to talk about' : 'Text'}
          </Text>
          <VariablePicker onPick={insert} disabled={disabled} />
        </Group>
        <Textarea
          id="step-body"
          ref={body}
          autosize
          minRows={10}
          maxRows={24}
          value={step.body}
          disabled={disabled}
          onFocus={() => (last.current = 'body')}
          onChange={(event) => onChange({ body: event.currentTarget.value })}
        />
        <Text size="xs" c="dimmed" mt={4}>
          A blank line begins a new paragraph.{isCall ? '' : ' A line with only {{ pay.link }} becomes a button.'}
        </Text>
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
