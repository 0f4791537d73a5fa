import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import type { Collection } from '@/api/types';
import { ActionButton } from '@/components/action-button';
import { ReasonDialog } from '@/components/reason-dialog';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { PauseDialog } from './pause-dialog';
import { useResume, useStop } from './queries';

function Stop({ collection, number }: { collection: Collection; number: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const stop = useStop(collection.id);
  const submit = (reason: string) =>
    stop.mutate(reason, {
      onSuccess: () => {
        notifyDone(`Reminders for invoice ${number} are stopped.`);
        close();
      },
    });
  return (
    <>
      <ActionButton keyName="S" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={open}>
        Stop
      </ActionButton>
      <ReasonDialog
        opened={opened}
        onClose={close}
        title="Stop the reminders?"
        label="Reason"
        confirm="Stop"
        color="red"
        busy={stop.isPending}
        error={stop.error}
        onSubmit={submit}
      >
        No further reminder is sent for invoice {number}. A new collection can be started later.
      </ReasonDialog>
    </>
  );
}

/** A client, a set or everything may still be paused. */
function afterResume(number: string, holds: Collection['holds']): string {
  if (holds[0]) return `Invoice ${number} is still on hold: ${holds[0].sentence}`;
  return `Reminders for invoice ${number} go on.`;
}

/** Pause, resume and stop for a collection that is under way. A dispute is resolved, not resumed. */
export function CollectionActions({ collection, number }: { collection: Collection; number: string }) {
  const [isPausing, pausing] = useDisclosure(false);
  const resume = useResume(collection.id);
  const mayHold = useMay('hold');
  const mayWork = useMay('work');
  if (collection.state !== 'active' || !mayHold) return null;
  const own = collection.holds.filter((hold) => hold.can_resume);
  const isPaused = own.some((hold) => hold.kind === 'paused');
  const isDisputed = own.some((hold) => hold.kind === 'dispute');
  return (
    <>
      {own.length > 0 && !isDisputed ? (
        <ActionButton
          keyName="R"
          variant="filled"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={resume.isPending}
          onClick={() =>
            resume.mutate(undefined, { onSuccess: ({ holds }) => notifyDone(afterResume(number, holds)) })
          }
        >
          Resume
        </ActionButton>
      ) : null}
      {isPaused ? null : (
        <ActionButton keyName="P" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={pausing.open}>
          Pause
        </ActionButton>
      )}
      {mayWork ? <Stop collection={collection} number={number} /> : null}
      <PauseDialog id={collection.id} number={number} opened={isPausing} onClose={pausing.close} />
    </>
  );
}
