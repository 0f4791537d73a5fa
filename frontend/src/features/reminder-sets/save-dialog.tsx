import { Alert, Button, Checkbox, Group, Modal, Radio, ScrollArea, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Step, StepInput } from '@/api/types';
import { ErrorPanel } from '@/components/error-panel';
import { count } from '@/lib/texts';
import { useDates } from '@/lib/today';
import { type Difference, differenceQuery } from './difference-queries';
import { changedDays, inAll } from './difference-words';
import { StepChangeList } from './step-change-list';
import { stepChanges } from './step-changes';

type Who = 'nobody' | 'all' | 'some';

interface Props {
  setId: string;
  /** The steps as they are saved now. */
  saved: readonly Step[];
  steps: StepInput[];
  isSaving: boolean;
  onClose: () => void;
  /** `null`: all running collections move; an empty list: none. */
  onSave: (move: string[] | null) => void;
}

/** Before a set in use is saved: what would differ for whoever is on it, and who is to move. */
export function SaveDialog({ setId, saved, steps, isSaving, onClose, onSave }: Props) {
  const difference = useQuery(differenceQuery(setId, steps));
  const [who, setWho] = useState<Who>('nobody');
  const [chosen, setChosen] = useState<string[]>([]);
  const found = difference.data;
  const save = () => onSave(who === 'all' ? null : who === 'some' ? chosen : []);
  return (
    <Modal opened onClose={onClose} title="Save as a new version" size="lg">
      <Stack>
        <StepChangeList changes={stepChanges(saved, steps)} />
        {difference.error ? <ErrorPanel error={difference.error} onRetry={() => void difference.refetch()} /> : null}
        {difference.isPending ? <Skeleton height={90} aria-label="Comparing the next 90 days" /> : null}
        {found ? (
          <>
            <Changes difference={found} />
            <Radio.Group label={`${count(found.running, 'collection')} under way`} value={who} onChange={(value) => setWho(value as Who)}>
              <Stack gap="xs" mt="xs">
                <Radio value="nobody" label="Keep their version" description="Only collections that start from now on get the new one." />
                <Radio value="all" label="Move all of them" description="What was sent is not sent again; what is waiting is decided anew." />
                <Radio value="some" label="Choose who moves" />
              </Stack>
            </Radio.Group>
            {who === 'some' ? <Chooser difference={found} chosen={chosen} onChange={setChosen} /> : null}
          </>
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go on editing
          </Button>
          <Button onClick={save} loading={isSaving} disabled={!found || (who === 'some' && chosen.length === 0)}>
            {who === 'nobody' ? 'Save' : 'Save and move'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Changes({ difference }: { difference: Difference }) {
  const { day } = useDates();
  const days = changedDays(difference.days, day);
  return (
    <Alert color="petrol" title="If all of them move" role="status">
      <Text size="sm">{inAll(difference)}</Text>
      <Text size="sm">{days.length > 0 ? `Most change: ${days.join(', ')}.` : 'No day changes.'}</Text>
    </Alert>
  );
}

interface ChooserProps {
  difference: Difference;
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

function Chooser({ difference, chosen, onChange }: ChooserProps) {
  const { day } = useDates();
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <ScrollArea.Autosize mah={280}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40} />
            <Table.Th>Invoice</Table.Th>
            <Table.Th>Next e-mail now</Table.Th>
            <Table.Th>After moving</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {difference.collections.map(({ collection_id, invoice, client_name, next_before, next_after }) => (
            <Table.Tr key={collection_id}>
              <Table.Td>
                <Checkbox
                  aria-label={`Move invoice ${invoice.number}`}
                  checked={chosen.includes(collection_id)}
                  onChange={() => toggle(collection_id)}
                />
              </Table.Td>
              <Table.Td>
                {invoice.number} {client_name ?? ''}
              </Table.Td>
              <Table.Td>{next_before ? day(next_before) : '–'}</Table.Td>
              <Table.Td>{next_after ? day(next_after) : '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
