import { Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useId, useRef } from 'react';
import type { Finding, Step } from '@/api/types';
import { RichEditor } from '@/components/rich-editor';
import type { RichEditorHandle } from '@/components/rich-editor/rich-editor';
import { FieldNotes } from './field-notes';
import { FormatSwitch } from './format-switch';
import { VariablePicker } from './variable-picker';

/** What a mail says, plain or rich. */
export type MailText = Pick<Step, 'subject' | 'body' | 'body_format'>;

interface Props {
  text: MailText;
  findings: readonly Finding[];
  disabled: boolean;
  onChange: (patch: Partial<MailText>) => void;
  /** Which variables are offered. */
  of?: 'reminders' | 'thanks';
  isCall?: boolean;
  hint: string;
}

type Field = 'subject' | 'body';

/** Inserts `{{ name }}` at a cursor, and says where the cursor is then. */
export function insertVariable(text: string, at: number, name: string): [string, number] {
  const inserted = `{{ ${name} }}`;
  return [text.slice(0, at) + inserted + text.slice(at), at + inserted.length];
}

function useInsertion({ text, onChange }: Props) {
  const subject = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const rich = useRef<RichEditorHandle>(null);
  const last = useRef<Field | null>(null);
  const insert = (name: string) => {
    const field = last.current ?? 'body';
    if (field === 'body' && text.body_format === 'rich') {
      rich.current?.insert(`{{ ${name} }}`);
      return;
    }
    const box = field === 'subject' ? subject.current : body.current;
    // A box that was never in use has its cursor at the start, where nobody wants the variable.
    const at = last.current === null ? null : box?.selectionEnd;
    const [next, cursor] = insertVariable(text[field], at ?? text[field].length, name);
    onChange({ [field]: next });
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(cursor, cursor);
    });
  };
  return { subject, body, rich, insert, onFocus: (field: Field) => () => void (last.current = field) };
}

/** Subject and text, with variables, the switch of formats and the linter's notes in place. */
export function TextEditor(props: Props) {
  const { text, findings, disabled, onChange, of, isCall, hint } = props;
  const { subject, body, rich, insert, onFocus } = useInsertion(props);
  const id = useId();
  const label = isCall ? 'What to talk about' : 'Text';
  return (
    <Stack gap="sm">
      <div>
        <TextInput
          ref={subject}
          label={isCall ? 'Title' : 'Subject'}
          value={text.subject}
          disabled={disabled}
          onFocus={onFocus('subject')}
          onChange={(event) => onChange({ subject: event.currentTarget.value })}
        />
        <FieldNotes findings={findings} field="subject" />
      </div>
      <div>
        <Group justify="space-between" align="flex-end" mb={4}>
          <Text component="label" htmlFor={text.body_format === 'rich' ? undefined : id} size="sm" fw={500}>
            {label}
          </Text>
          <Group gap="xs">
            {isCall ? null : <FormatSwitch text={text} disabled={disabled} onChange={onChange} />}
            <VariablePicker of={of} onPick={insert} disabled={disabled} />
          </Group>
        </Group>
        {text.body_format === 'rich' ? (
          <RichEditor label={label} value={text.body} disabled={disabled} handle={rich} onFocus={onFocus('body')} onChange={(html) => onChange({ body: html })} />
        ) : (
          <Textarea
            id={id}
            ref={body}
            autosize
            minRows={10}
            maxRows={24}
            value={text.body}
            disabled={disabled}
            onFocus={onFocus('body')}
            onChange={(event) => onChange({ body: event.currentTarget.value })}
          />
        )}
        <Text size="xs" c="dimmed" mt={4}>
          {text.body_format === 'rich' ? '' : 'A blank line begins a new paragraph. '}
          {hint}
        </Text>
        <FieldNotes findings={findings} field="body" />
      </div>
    </Stack>
  );
}
