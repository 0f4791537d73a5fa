import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errorText } from '@/api/problem';

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  children?: ReactNode;
  label: string;
  placeholder?: string;
  confirm: string;
  color?: string;
  required?: boolean;
  busy: boolean;
  error?: unknown;
  onSubmit: (text: string) => void;
}

/** Asks for a sentence before something is done. */
export function ReasonDialog(props: Props) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onSubmit(text.trim());
  };
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} onExitTransitionEnd={() => setText('')}>
      <form onSubmit={submit}>
        <Stack>
          {props.children ? <Text component="div">{props.children}</Text> : null}
          <Textarea
            label={props.label}
            placeholder={props.placeholder}
            autosize
            minRows={2}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={props.error ? errorText(props.error) : null}
            required={props.required}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button type="submit" color={props.color} loading={props.busy}>
              {props.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
