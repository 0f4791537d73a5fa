import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Reminder } from '@/api/types';
import { ReasonDialog } from '@/components/reason-dialog';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useDecide } from './queries';

function useDecision(reminder: Reminder) {
  const decide = useDecide();
  const mayWork = useMay('work');
  return { decide, mayWork, name: `invoice ${reminder.invoice.number}` };
}

export function Approval({ reminder }: { reminder: Reminder }) {
  const { decide, mayWork, name } = useDecision(reminder);
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" disabled={!mayWork} onClick={open}>
        Skip
      </Button>
      <Button
        disabled={!mayWork}
        loading={decide.isPending && !opened}
        onClick={() =>
          decide.mutate(
            { id: reminder.id, verb: 'approve' },
            { onSuccess: () => notifyDone(`The reminder for ${name} is approved.`) },
          )
        }
      >
        Approve
      </Button>
      <ReasonDialog
        opened={opened}
        onClose={close}
        title="Skip this reminder?"
        label="Reason"
        confirm="Skip"
        busy={decide.isPending}
        onSubmit={(reason) =>
          decide.mutate(
            { id: reminder.id, verb: 'skip', reason },
            {
              onSuccess: () => {
                notifyDone(`The reminder for ${name} is skipped.`);
                close();
              },
            },
          )
        }
      >
        The next step of the series follows on its day.
      </ReasonDialog>
    </>
  );
}

export function Uncertain({ reminder }: { reminder: Reminder }) {
  const { decide, mayWork, name } = useDecision(reminder);
  const resolve = (outcome: 'it_was_sent' | 'send_again', message: string) =>
    decide.mutate({ id: reminder.id, verb: 'resolve', outcome }, { onSuccess: () => notifyDone(message) });
  return (
    <>
      <Button
        variant="default"
        disabled={!mayWork || decide.isPending}
        onClick={() => resolve('send_again', `The reminder for ${name} is sent again.`)}
      >
        Send again
      </Button>
      <Button
        disabled={!mayWork || decide.isPending}
        onClick={() => resolve('it_was_sent', `The reminder for ${name} counts as sent.`)}
      >
        It was sent
      </Button>
    </>
  );
}

export function Call({ reminder }: { reminder: Reminder }) {
  const { decide, mayWork, name } = useDecision(reminder);
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button disabled={!mayWork} onClick={open}>
        Done
      </Button>
      <ReasonDialog
        opened={opened}
        onClose={close}
        title={`Called about ${name}`}
        label="Note"
        placeholder="What was said"
        confirm="Done"
        busy={decide.isPending}
        onSubmit={(note) =>
          decide.mutate(
            { id: reminder.id, verb: 'called', note },
            {
              onSuccess: () => {
                notifyDone(`The call about ${name} is done.`);
                close();
              },
            },
          )
        }
      />
    </>
  );
}
