import { Alert, Button, Drawer, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, useRef, useState } from 'react';
import type { Upcoming } from '@/api/types';
import { ErrorPanel } from '@/components/error-panel';
import { MailFrame } from '@/components/mail-frame';
import { QueryView } from '@/components/query-view';
import { RichEditor } from '@/components/rich-editor';
import type { RichEditorHandle } from '@/components/rich-editor/rich-editor';
import { draftQuery, type MailText } from './queries';

interface Props {
  item: Upcoming | null;
  busy: boolean;
  onClose: () => void;
  onSave: (text: MailText) => void;
  /** Lets a variable be picked, and calls back with its name. */
  variables: ComponentType<{ onPick: (name: string) => void; disabled: boolean }>;
}

function Editor({ item, start, isRich, busy, onClose, onSave, variables: Variables }: Props & { item: Upcoming; start: MailText; isRich: boolean }) {
  const [text, setText] = useState(start);
  const [settled] = useDebouncedValue(text, 400);
  const box = useRef<HTMLTextAreaElement>(null);
  const rich = useRef<RichEditorHandle>(null);
  const isOwn = settled.subject !== start.subject || settled.body !== start.body;
  const isWhole = text.subject.trim() !== '' && text.body.trim() !== '';
  const preview = useQuery({ ...draftQuery(item, isOwn ? settled : null), enabled: isWhole });
  const insert = (name: string) => {
    if (isRich) {
      rich.current?.insert(`{{ ${name} }}`);
      return;
    }
    const at = box.current?.selectionEnd ?? text.body.length;
    setText({ ...text, body: `${text.body.slice(0, at)}{{ ${name} }}${text.body.slice(at)}` });
  };
  return (
    <Stack>
      <Text c="dimmed" size="sm">
        Only this one e-mail gets this text. Amounts and dates are filled in when it leaves. Saving it also approves it.
      </Text>
      <TextInput
        label="Subject"
        value={text.subject}
        onChange={(event) => setText({ ...text, subject: event.currentTarget.value })}
        data-autofocus
      />
      {isRich ? (
        <RichEditor label="Text" value={text.body} disabled={busy} handle={rich} onChange={(body) => setText((now) => ({ ...now, body }))} />
      ) : (
        <Textarea
          ref={box}
          label="Text"
          autosize
          minRows={8}
          maxRows={18}
          value={text.body}
          onChange={(event) => setText({ ...text, body: event.currentTarget.value })}
        />
      )}
      <Group justify="space-between">
        <Variables onPick={insert} disabled={busy} />
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={!isWhole} loading={busy} onClick={() => onSave(text)}>
            Save and approve
          </Button>
        </Group>
      </Group>
      {preview.isError ? <ErrorPanel error={preview.error} /> : null}
      {preview.data?.problems.map((problem) => (
        <Alert key={problem} color="amber" py={8}>
          {problem}
        </Alert>
      ))}
      {preview.data?.html ? (
        <div aria-busy={preview.isFetching}>
          <Text fw={600} mb={8} style={{ overflowWrap: 'anywhere' }}>
            {preview.data.rendered_subject}
          </Text>
          <MailFrame html={preview.data.html} title="Preview of the e-mail" height={420} />
        </div>
      ) : null}
    </Stack>
  );
}

function Loaded(props: Props & { item: Upcoming }) {
  return (
    <QueryView query={useQuery(draftQuery(props.item, null))}>
      {({ subject, body, body_format }) => <Editor {...props} start={{ subject, body }} isRich={body_format === 'rich'} />}
    </QueryView>
  );
}

/** Another text for one planned mail, with a live preview. */
export function EditDrawer(props: Props) {
  const { item, onClose } = props;
  return (
    <Drawer
      opened={item !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={item ? `E-mail about invoice ${item.invoice.number}` : ''}
    >
      {item ? <Loaded {...props} item={item} /> : null}
    </Drawer>
  );
}
