import { Button, Group, Textarea } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useAddNote } from './note-queries';

/** A place to write what the others should know. No client ever sees it. */
export function NoteForm({ invoiceId }: { invoiceId: string }) {
  const [text, setText] = useState('');
  const add = useAddNote(invoiceId);
  const isEmpty = text.trim() === '';
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!isEmpty && !add.isPending) add.mutate(text.trim(), { onSuccess: () => setText('') });
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        id="write-a-note"
        aria-label="Write a note"
        placeholder="Write a note. Clients never see it."
        autosize
        minRows={1}
        maxRows={8}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      />
      {isEmpty ? null : (
        <Group justify="flex-end" mt={6}>
          <Button type="submit" size="xs" loading={add.isPending}>
            Add the note
          </Button>
        </Group>
      )}
    </form>
  );
}
