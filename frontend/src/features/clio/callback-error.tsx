import { Alert } from '@mantine/core';

const SENTENCES: Record<string, string> = {
  declined: 'Access was not allowed on Clio’s page. You can try again.',
  expired: 'The answer from Clio came too late, or did not belong to this log-in. Please connect again from here.',
  refused: 'Clio refused access. Its administrator may have to allow this application, or your Clio user billing.',
  unreachable: 'Clio could not be reached. Please try again in a few minutes.',
  other_account: 'That is another Clio account than the one connected before. Choose the same account on Clio’s page.',
  not_logged_in: 'You were logged out meanwhile. Log in and connect again.',
  not_allowed: 'Only the owner of the account can connect to Clio.',
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
