import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { RichEditorProps } from './rich-editor';

const Editor = lazy(() => import('./rich-editor'));

/** The editor of rich texts, with a place held for it until it is there. */
export function RichEditor(props: RichEditorProps) {
  return (
    <Suspense fallback={<Skeleton h={280} aria-label="The editor is being loaded" />}>
      <Editor {...props} />
    </Suspense>
  );
}
