import '@mantine/tiptap/styles.css';
import { Link, RichTextEditor } from '@mantine/tiptap';
import { useEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import classes from './rich-editor.module.css';

export interface RichEditorHandle {
  /** Puts a text where the cursor is. */
  insert: (text: string) => void;
}

export interface RichEditorProps {
  label: string;
  value: string;
  disabled?: boolean;
  handle: Ref<RichEditorHandle>;
  onFocus?: () => void;
  onChange: (html: string) => void;
}

// Only what a mail may have in it: see rich_text.py.
const EXTENSIONS = [
  StarterKit.configure({ heading: { levels: [3] }, code: false, codeBlock: false, strike: false, horizontalRule: false, link: false }),
  Link.configure({ openOnClick: false, protocols: ['mailto', 'tel'], HTMLAttributes: { rel: null, target: null, class: null } }),
];

/** Writes simple HTML. Loaded only where it is shown: it is as large as a page of its own. */
export default function RichEditor({ label, value, disabled = false, handle, onFocus, onChange }: RichEditorProps) {
  const known = useRef(value);
  const latest = useRef({ onFocus, onChange });
  useEffect(() => {
    latest.current = { onFocus, onChange };
  });
  const editor = useEditor({
    extensions: EXTENSIONS,
    content: value,
    editable: !disabled,
    shouldRerenderOnTransaction: true,
    editorProps: { attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label } },
    onFocus: () => latest.current.onFocus?.(),
    onUpdate: (update) => {
      known.current = update.editor.getHTML();
      latest.current.onChange(known.current);
    },
  });
  useEffect(() => {
    if (value === known.current) return;
    // Another text was put in its place: another step, or a newer version.
    known.current = value;
    editor.commands.setContent(value, { emitUpdate: false });
  }, [editor, value]);
  useEffect(() => editor.setEditable(!disabled, false), [editor, disabled]);
  useImperativeHandle(handle, () => ({ insert: (text) => editor.chain().focus().insertContent(text).run() }), [editor]);
  return (
    <RichTextEditor editor={editor} classNames={{ content: classes.content }}>
      {disabled ? null : (
        <RichTextEditor.Toolbar>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.Bold />
            <RichTextEditor.Italic />
            <RichTextEditor.Underline />
            <RichTextEditor.H3 aria-label="Heading" title="Heading" />
          </RichTextEditor.ControlsGroup>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.BulletList />
            <RichTextEditor.OrderedList />
            <RichTextEditor.Blockquote />
          </RichTextEditor.ControlsGroup>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.Link />
            <RichTextEditor.Unlink />
          </RichTextEditor.ControlsGroup>
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.Undo />
            <RichTextEditor.Redo />
          </RichTextEditor.ControlsGroup>
        </RichTextEditor.Toolbar>
      )}
      <RichTextEditor.Content />
    </RichTextEditor>
  );
}
