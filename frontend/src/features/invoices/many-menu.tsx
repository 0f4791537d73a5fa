import { Button, Group, List, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';
import type { Selection } from '@/api/types';
import { DayInput } from '@/components/day-input';
import { ErrorPanel } from '@/components/error-panel';
import { Lines } from '@/components/query-view';
import { notifyDone } from '@/lib/notify';
import { notifyUndo } from '@/lib/notify-undo';
import { count } from '@/lib/texts';

type Action = components['schemas']['ManyAction'];
type Change = components['schemas']['ChangeInput'];

const ACTIONS: Record<Action, { label: string; done: string; about: string }> = {
  pause: { label: 'Pause', done: 'paused', about: 'Nothing is sent for them until you resume, or until a day.' },
  resume: { label: 'Resume', done: 'resumed', about: 'Ends pauses. A dispute or a promise stays until you look at that invoice.' },
  stop: { label: 'Stop', done: 'stopped', about: 'Their reminders end. They can be started again, from the first step.' },
  move: { label: 'Move to the newest version', done: 'moved', about: 'They go on with the newest version of their reminder set.' },
};
const ORDER = ['pause', 'resume', 'stop', 'move'] as const;

interface Props {
  selection: Selection;
  disabled: boolean;
  onDone: () => void;
}

function useChangeMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) => unwrap(api.POST('/api/v1/collection-changes', { body })),
    onSuccess: () => {
      for (const key of ['invoices', 'collections', 'reminders', 'activity', 'reminder-sets', 'holds'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** What can be done with the reminders of the ticked invoices; each is asked about once. */
export function ManyMenu({ selection, disabled, onDone }: Props) {
  const [asked, setAsked] = useState<Action | null>(null);
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <Button variant="default" disabled={disabled} rightSection={<IconChevronDown size={15} aria-hidden />}>
            Change reminders
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ORDER.map((action) => (
            <Menu.Item key={action} onClick={() => setAsked(action)}>
              {ACTIONS[action].label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={asked ? `${ACTIONS[asked].label} reminders` : ''}>
        {asked ? (
          <Question
            key={asked}
            action={asked}
            selection={selection}
            onClose={(isDone) => {
              setAsked(null);
              if (isDone) onDone();
            }}
          />
        ) : null}
      </Modal>
    </>
  );
}

function Question({ action, selection, onClose }: { action: Action; selection: Selection; onClose: (isDone: boolean) => void }) {
  const [until, setUntil] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const { label, done, about } = ACTIONS[action];
  const preview = useQuery({
    queryKey: ['collections', 'change-preview', action, selection],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/collection-changes/preview', { body: { action, selection }, signal })),
    gcTime: 0,
  });
  const change = useChangeMany();
  const confirm = () =>
    change.mutate(
      { action, selection, until: action === 'pause' ? until : null, reason },
      {
        onSuccess: ({ invoice_ids }) => {
          const words = `${count(invoice_ids.length, 'invoice')} ${done}.`;
          // Only a pause can be taken back without losing something, such as the day a pause was to end.
          if (action === 'pause' && invoice_ids.length > 0)
            notifyUndo(words, () =>
              change.mutate({ action: 'resume', selection: { invoice_ids }, until: null, reason: '' }),
            );
          else notifyDone(words);
          onClose(true);
        },
      },
    );
  if (preview.isError) return <ErrorPanel error={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <Lines count={3} />;
  const { possible, refused } = preview.data;
  return (
    <Stack>
      <Text aria-live="polite">
        {possible > 0 ? `For ${count(possible, 'invoice')}. ${about}` : 'This can be done for none of the selected invoices.'}
      </Text>
      {refused.length > 0 ? <Refused refused={refused} /> : null}
      {action === 'pause' && possible > 0 ? <DayInput label="Until (optional)" value={until} onChange={setUntil} /> : null}
      {(action === 'pause' || action === 'stop') && possible > 0 ? (
        <TextInput label="Reason (optional)" maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      ) : null}
      <Group justify="end">
        <Button variant="default" onClick={() => onClose(false)}>
          Cancel
        </Button>
        <Button color={action === 'stop' ? 'red' : undefined} disabled={possible === 0} loading={change.isPending} onClick={confirm}>
          {label} {possible > 0 ? count(possible, 'invoice') : ''}
        </Button>
      </Group>
    </Stack>
  );
}

/** Why some are left out: each reason once, with its invoices. */
function Refused({ refused }: { refused: readonly components['schemas']['RefusedOut'][] }) {
  const reasons = [...new Set(refused.map((each) => each.reason))];
  return (
    <div>
      <Text size="sm" fw={550}>
        Left out: {count(refused.length, 'invoice')}
      </Text>
      <List size="sm">
        {reasons.map((reason) => {
          const numbers = refused.filter((each) => each.reason === reason).map((each) => each.number);
          const more = numbers.length > 5 ? ` and ${String(numbers.length - 5)} more` : '';
          return (
            <List.Item key={reason}>
              {reason} {numbers.slice(0, 5).join(', ')}
              {more}
            </List.Item>
          );
        })}
      </List>
    </div>
  );
}
