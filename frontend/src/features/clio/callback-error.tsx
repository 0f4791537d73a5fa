import { Alert } from '@mantine/core';

const SENTENCES: Record<string, string> = {
  access_denied: 'Clio was not connected, because access was not allowed on its page. You can try again.',
  state_mismatch: 'The answer from Clio did not belong to this log-in. Please connect again from here.',
};

/** Why the way back from Clio's consent page did not end in a connection. */
export function CallbackError({ code }: { code: string | undefined }) {
  if (!code) return null;
  return (
    <Alert color="red" role="alert" title="Clio is not connected" mb="md">
      {SENTENCES[code] ?? `Clio answered “${code.replaceAll('_', ' ')}”. Please try to connect again.`}
    </Alert>
  );
}
