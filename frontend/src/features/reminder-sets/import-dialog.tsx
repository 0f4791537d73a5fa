import { Alert, Button, FileButton, Group, List, Modal, Select, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { errorText, isApiError } from '@/api/problem';
import type { ReminderSet } from '@/api/types';
import { notifyDone, notifyFailed } from '@/lib/notify';
import { FileDifference } from './file-difference';
import { fileDifferenceQuery, useImportFile } from './file-queries';
import { reminderSetsQuery } from './queries';

const NEW = 'new';

interface Chosen {
  name: string;
  text: string;
}

/** Takes a set from a file: as a new one, or as the next version, after a look at what would change. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<Chosen | null>(null);
  const choose = (chosen: File | null) => {
    if (!chosen) return;
    void chosen.text().then((text) => setFile({ name: chosen.name, text }), notifyFailed);
  };
  return (
    <Modal opened onClose={onClose} title="Import a reminder set from a file" size="lg">
      <Stack>
        <Group>
          <FileButton accept=".yaml,.yml,text/yaml,application/yaml" onChange={choose}>
            {(props) => (
              <Button {...props} variant="default" data-autofocus>
                {file ? 'Choose another file' : 'Choose a file'}
              </Button>
            )}
          </FileButton>
          <Text size="sm" c="dimmed">
            {file?.name ?? 'A YAML file, such as one that Download as file has made.'}
          </Text>
        </Group>
        {file ? <Looked key={file.text} text={file.text} onClose={onClose} /> : null}
      </Stack>
    </Modal>
  );
}

function useTarget(text: string) {
  const sets = useQuery(reminderSetsQuery).data?.items ?? [];
  const asNew = useQuery(fileDifferenceQuery(null, text));
  const [chosen, setChosen] = useState<string | null>(null);
  const target = chosen ?? namesake(sets, asNew.data?.name)?.id ?? NEW;
  const setId = target === NEW ? null : target;
  const compared = useQuery({ ...fileDifferenceQuery(setId, text), enabled: asNew.isSuccess });
  return { sets, target, setChosen, setId, look: asNew.isSuccess ? compared : asNew };
}

function namesake(sets: ReminderSet[], name: string | undefined): ReminderSet | undefined {
  return sets.find((set) => set.name.toLowerCase() === name?.toLowerCase());
}

function Looked({ text, onClose }: { text: string; onClose: () => void }) {
  const { sets, target, setChosen, setId, look } = useTarget(text);
  const navigate = useNavigate();
  const save = useImportFile();
  const found = look.data;
  const submit = () =>
    save.mutate(
      { text, reminder_set_id: setId, version: found?.version ?? null },
      {
        onSuccess: (set) => {
          notifyDone(setId === null ? `${set.name} is saved.` : `${set.name} is saved as version ${String(set.version)}.`);
          onClose();
          void navigate({ to: '/reminder-sets/$setId', params: { setId: set.id } });
        },
      },
    );
  if (look.error) return <Faults error={look.error} />;
  const mayNotSave = !found || found.difference === '' || found.findings.some(({ level }) => level === 'error');
  return (
    <>
      <Select
        label="Save as"
        data={[{ value: NEW, label: 'A new set' }, ...sets.map((set) => ({ value: set.id, label: `The next version of ${set.name}` }))]}
        value={target}
        allowDeselect={false}
        onChange={setChosen}
      />
      {found ? <FileDifference found={found} /> : <Skeleton height={160} aria-label="Reading the file" />}
      {save.error ? <Faults error={save.error} /> : null}
      {setId === null ? null : (
        <Text size="sm" c="dimmed">
          Collections under way keep their version until you move them.
        </Text>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={submit} loading={save.isPending} disabled={mayNotSave}>
          {setId === null ? 'Save the new set' : 'Save as a new version'}
        </Button>
      </Group>
    </>
  );
}

function Faults({ error }: { error: unknown }) {
  const messages = isApiError(error) ? [...new Set(Object.values(error.fields))] : [];
  return (
    <Alert color="red" role="alert" title="The file cannot be imported">
      {messages.length > 1 ? (
        <List size="sm">
          {messages.map((message) => (
            <List.Item key={message}>{sentence(message)}</List.Item>
          ))}
        </List>
      ) : (
        <Text size="sm">{sentence(errorText(error))}</Text>
      )}
    </Alert>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
