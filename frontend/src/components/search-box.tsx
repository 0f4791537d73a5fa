import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useState } from 'react';

interface Props {
  value: string;
  onChange: (q: string) => void;
  inputRef?: RefObject<HTMLInputElement | null>;
  label?: string;
}

/** Searches a moment after the last key. */
export function SearchBox({ value, onChange, inputRef, label = 'Search by number, client or matter' }: Props) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  // The address changed under the box: the back button, another section.
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  const send = useDebouncedCallback((q: string) => {
    setShown(q);
    onChange(q);
  }, 250);
  const set = (next: string) => {
    setText(next);
    send(next.trim());
  };
  return (
    <TextInput
      ref={inputRef}
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => set(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => set('')} /> : null}
      style={{ flex: '1 1 15rem', maxWidth: 420 }}
    />
  );
}
