import { TypedConfirmation } from '@/components/typed-confirmation';
import { notifyDone } from '@/lib/notify';
import { useDisconnectClio } from './queries';

export function DisconnectClio() {
  const disconnect = useDisconnectClio();
  return (
    <TypedConfirmation
      label="Disconnect Clio"
      title="Disconnect Clio?"
      word="DISCONNECT"
      busy={disconnect.isPending}
      onConfirm={() => disconnect.mutateAsync().then(() => notifyDone('Clio is disconnected. No reminders leave.'))}
    >
      Bills are no longer read, so no reminder leaves until Clio is connected again. What is here stays here.
    </TypedConfirmation>
  );
}
