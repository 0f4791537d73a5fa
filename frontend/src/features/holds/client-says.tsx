import { Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarDollar, IconGavel, IconMessageCircle } from '@tabler/icons-react';
import type { Money } from '@/api/types';
import { ActionButton } from '@/components/action-button';
import { ReasonDialog } from '@/components/reason-dialog';
import { notifyUndo } from '@/lib/notify-undo';
import { PromiseDialog, type StepChoice } from './promise-dialog';
import { useOpenDispute, useResolveDispute } from './queries';

interface Props {
  invoiceId: string;
  number: string;
  balance: Money;
  steps: readonly StepChoice[];
}

/** What a client may answer: a promise to pay, or a dispute. */
export function ClientSays({ invoiceId, number, balance, steps }: Props) {
  const [isPromising, promising] = useDisclosure(false);
  const [isDisputing, disputing] = useDisclosure(false);
  const dispute = useOpenDispute(invoiceId);
  const resolve = useResolveDispute(invoiceId);
  const submit = (reason: string) =>
    dispute.mutate(reason, {
      onSuccess: () => {
        notifyUndo(`Invoice ${number} is disputed: nothing is sent.`, () =>
          resolve.mutate({ then: 'resume', note: '' }),
        );
        disputing.close();
      },
    });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionButton keyName="A" leftSection={<IconMessageCircle size={16} aria-hidden />}>
            Client says…
          </ActionButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCalendarDollar size={16} aria-hidden />} onClick={promising.open}>
            Promise to pay…
          </Menu.Item>
          <Menu.Item leftSection={<IconGavel size={16} aria-hidden />} onClick={disputing.open}>
            Dispute…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PromiseDialog
        invoiceId={invoiceId}
        balance={balance}
        steps={steps}
        opened={isPromising}
        onClose={promising.close}
      />
      <ReasonDialog
        opened={isDisputing}
        onClose={disputing.close}
        title="The client disputes this invoice"
        label="What is disputed?"
        placeholder="The hours of March 3"
        confirm="Hold the reminders"
        required
        busy={dispute.isPending}
        error={dispute.error}
        onSubmit={submit}
      >
        Nothing is sent about invoice {number}, and no e-mail counts it, until somebody resolves the dispute.
      </ReasonDialog>
    </>
  );
}
