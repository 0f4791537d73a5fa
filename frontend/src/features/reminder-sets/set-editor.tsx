import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useReducer, useRef, useState } from 'react';
import type { ReminderSetDetail } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { count } from '@/lib/texts';
import { AddStep } from './add-step';
import { useMoveCollections } from './difference-queries';
import { type Content, contentOf, draftOf, isChanged, reduceDraft, stepsChanged, toInput } from './editor';
import { EditorsNote } from './editors-note';
import { LeaveGuard } from './leave-guard';
import { LivePreview } from './live-preview';
import { lintQuery, reminderSetQuery, useSaveSet } from './queries';
import { SaveDialog } from './save-dialog';
import { SaveErrors } from './save-errors';
import classes from './set-editor.module.css';
import { SetTimeline } from './set-timeline';
import { StepFields } from './step-fields';
import { StepHead } from './step-head';

interface Props {
  /** Null for a set that is not saved yet. */
  id: string | null;
  version: number;
  /** Collections under way on this set, of any version. */
  running: number;
  content: Content;
  invoiceId: string | null;
  invoicePicker: ReactNode;
  onCreated: (set: ReminderSetDetail) => void;
}

function useEditor({ id, version, running, content, onCreated }: Props) {
  const client = useQueryClient();
  const save = useSaveSet(id);
  const [draft, dispatch] = useReducer(reduceDraft, content, (initial) => draftOf(initial));
  const [saved, setSaved] = useState<{ content: Content; version: number }>({ content, version });
  const isDirty = id === null || isChanged(draft, saved.content);
  const mayLeave = useRef(false);
  const [isAsking, setAsking] = useState(false);
  const moving = useMoveCollections(id ?? '');

  const take = (set: { content: Content; version: number }) => {
    setSaved(set);
    dispatch({ type: 'reset', content: set.content });
  };
  // A colleague has saved meanwhile. Who has changed nothing is shown their version at once.
  const isOutdated = version > saved.version && !save.isPending;
  if (isOutdated && !isDirty) take({ content, version });
  const submit = (move: string[] | null = [], over = saved.version) =>
    save.mutate(
      { content: contentOf(draft), version: over },
      {
        onSuccess: (set) => {
          setAsking(false);
          notifyDone(id === null ? `${set.name} is saved.` : `${set.name} is saved as version ${String(set.version)}.`);
          if (id === null) {
            mayLeave.current = true;
            onCreated(set);
            return;
          }
          take({ content: set, version: set.version });
          if (move === null || move.length > 0) {
            moving.mutate(move, {
              onSuccess: ({ moved }) => notifyDone(`${count(moved, 'collection')} moved to version ${String(set.version)}.`),
            });
          }
        },
        onError: () => setAsking(false),
      },
    );
  // A set that nobody is on is saved at once; what is in use is saved after a look at what changes.
  const begin = () => (running > 0 && stepsChanged(draft, saved.content) ? setAsking(true) : submit());
  const loadNewer = () => {
    if (id === null) return;
    void client.fetchQuery({ ...reminderSetQuery(id), staleTime: 0 }).then((set) => {
      take({ content: set, version: set.version });
      save.reset();
    });
  };
  const saveOver = () => {
    if (id === null) return;
    void client.fetchQuery({ ...reminderSetQuery(id), staleTime: 0 }).then((set) => submit([], set.version));
  };
  return { draft, dispatch, save, submit, begin, isAsking, setAsking, loadNewer, saveOver, isOutdated, isDirty, version: saved.version, savedSteps: saved.content.steps, mustAsk: () => isDirty && !mayLeave.current };
}

/** Writes a reminder set: the steps, one step's text, and how it looks with a real invoice. */
export function SetEditor(props: Props) {
  const { draft, dispatch, save, submit, begin, isAsking, setAsking, loadNewer, saveOver, isOutdated, isDirty, version, savedSteps, mustAsk } = useEditor(props);
  const disabled = !useMay('work');
  const maySave = !disabled && isDirty && draft.name.trim() !== '';
  useHotkeys([['mod+S', () => maySave && !isAsking && begin()]], []);
  const [settled] = useDebouncedValue(draft.steps, 500);
  const findings = useQuery(lintQuery(settled.map(toInput))).data?.items ?? [];
  const at = draft.steps.findIndex((step) => step.key === draft.selected);
  const step = draft.steps[at];
  const own = findings.filter((finding) => finding.step_index === at);
  return (
    <Stack>
      <LeaveGuard isDirty={mustAsk} />
      <Group align="flex-end" gap="sm">
        <TextInput label="Name" required flex="1 1 12rem" value={draft.name} disabled={disabled} onChange={(event) => dispatch({ type: 'rename', name: event.currentTarget.value })} />
        <TextInput label="Description" flex="2 1 16rem" value={draft.description} disabled={disabled} onChange={(event) => dispatch({ type: 'describe', description: event.currentTarget.value })} />
      </Group>
      <Group className={classes.bar} justify="space-between" wrap="nowrap">
        <Text size="sm" c="dimmed" aria-live="polite">
          {props.id === null ? 'Not saved yet.' : `Version ${String(version)}. ${isDirty ? 'There are unsaved changes.' : 'Saved.'}`}
          {props.id === null ? '' : ' Collections under way keep their version until you move them.'}
        </Text>
        <Button onClick={begin} loading={save.isPending} disabled={!maySave} aria-keyshortcuts="Control+S Meta+S" flex="none">
          Save
        </Button>
      </Group>
      {props.id !== null && !disabled ? <EditorsNote setId={props.id} /> : null}
      <SaveErrors
        error={save.error}
        isOutdated={isOutdated && isDirty}
        isSaving={save.isPending}
        onLoadNewer={loadNewer}
        onSaveOver={saveOver}
      />
      {isAsking && props.id !== null ? (
        <SaveDialog
          setId={props.id}
          saved={savedSteps}
          steps={draft.steps.map(toInput)}
          isSaving={save.isPending}
          onClose={() => setAsking(false)}
          onSave={submit}
        />
      ) : null}
      <SetTimeline steps={draft.steps} selected={draft.selected} findings={findings} disabled={disabled} dispatch={dispatch} add={disabled ? null : <AddStep steps={draft.steps} onAdd={(added) => dispatch({ type: 'add', step: added })} />} />
      {step ? (
        <div className={classes.panes} data-alone={step.kind === 'call_task' || undefined}>
          <Paper p="md" component="section" aria-label={`Step ${String(at + 1)}`}>
            <StepHead step={step} number={at + 1} of={draft.steps.length} findings={own} disabled={disabled} dispatch={dispatch} />
            <StepFields step={step} findings={own} disabled={disabled} onChange={(patch) => dispatch({ type: 'change', key: step.key, patch })} />
          </Paper>
          {step.kind === 'email' ? (
            <section aria-label="Preview" className={classes.preview}>
              <LivePreview step={toInput(step)} invoiceId={props.invoiceId} invoicePicker={props.invoicePicker} />
            </section>
          ) : null}
        </div>
      ) : null}
    </Stack>
  );
}
