import { SegmentedControl } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { Step } from '@/api/types';
import { hasFormatting, toPlain, toRich } from '@/components/rich-editor/convert';

type Text = Pick<Step, 'body' | 'body_format'>;

const FORMATS = [
  { value: 'rich', label: 'Rich text' },
  { value: 'plain', label: 'Plain text' },
];

/** The same text in the other format. */
export function converted(text: Text, to: Text['body_format']): Text {
  if (text.body_format === to) return text;
  return { body_format: to, body: to === 'rich' ? toRich(text.body) : toPlain(text.body) };
}

interface Props {
  text: Text;
  disabled: boolean;
  onChange: (text: Text) => void;
}

/** Takes the text along; asks first where formatting would be lost. */
export function FormatSwitch({ text, disabled, onChange }: Props) {
  const change = (to: Text['body_format']) => {
    const go = () => onChange(converted(text, to));
    if (to === 'rich' || !hasFormatting(text.body)) {
      go();
      return;
    }
    modals.openConfirmModal({
      title: 'Switch to plain text?',
      children: 'The words stay. Bold, headings and links become plain words, and this cannot be undone.',
      labels: { confirm: 'Switch to plain text', cancel: 'Keep the formatting' },
      onConfirm: go,
    });
  };
  return (
    <SegmentedControl
      size="xs"
      aria-label="Format of the text"
      data={FORMATS}
      value={text.body_format}
      disabled={disabled}
      onChange={(value) => change(value as Text['body_format'])}
    />
  );
}
