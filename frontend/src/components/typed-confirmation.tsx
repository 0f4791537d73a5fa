import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';

interface Props {
  label: string;
  title: string;
  children: ReactNode;
  word: string;
  busy: boolean;
  variant?: 'light' | 'outline';
  onConfirm: () => Promise<unknown>;
}

/** A grave action: the person types a word before it happens. */
export function TypedConfirmation({ label, title, children, word, busy, variant = 'light', onConfirm }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm().then(close, () => undefined);
  };
  return (
    <>
      <Button variant={variant} color="red" onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} onExitTransitionEnd={() => setTyped('')}>
        <form onSubmit={submit}>
          <Stack>
            <Text component="div">{children}</Text>
            <TextInput
              label={
                <>
                  Type <Code>{word}</Code> to confirm
                </>
              }
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Keep it
              </Button>
              <Button type="submit" color="red" disabled={typed.trim() !== word} loading={busy}>
                {label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
