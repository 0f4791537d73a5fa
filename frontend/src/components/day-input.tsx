import { TextInput, type TextInputProps } from '@mantine/core';

interface Props extends Omit<TextInputProps, 'value' | 'onChange' | 'type' | 'min'> {
  value: string | null;
  min?: string;
  onChange: (day: string | null) => void;
}

/** A calendar day, by the browser's own picker, which every keyboard and screen reader knows. */
export function DayInput({ value, onChange, ...rest }: Props) {
  return (
    <TextInput
      type="date"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || null)}
      {...rest}
    />
  );
}
