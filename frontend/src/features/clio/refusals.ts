/** What the way back from Clio brought: why there is no connection, and about whom. */
export interface Refusal {
  error?: string;
  account?: string;
  user?: string;
  region?: string;
}

export interface Told {
  title: string;
  happened: string;
  todo: string;
}

const OTHER_REGION = 'An account in another region needs its own firm here.';

function noBilling({ user, account }: Refusal): Told {
  const who = user ? `${user}${account ? ` of ${account}` : ''}` : 'The Clio user who allowed access';
  return {
    title: 'This Clio user may not see bills',
    happened: `${who} has no permission for billing in Clio, so no bill could be read. The access was given back.`,
    todo: 'Ask your Clio administrator for the permission “Billing” for this user, or connect as a user who has it. If the user has it, the application of this installation lacks “Billing”: ask whoever runs it.',
  };
}

const TOLD: Record<string, (refusal: Refusal) => Told> = {
  declined: () => ({
    title: 'Access was declined',
    happened: 'On Clio’s page access was not allowed. Nothing was read and nothing has changed.',
    todo: 'Connect again and choose Allow. If you may not decide that, ask whoever administers Clio in your firm.',
  }),
  wrong_region: () => ({
    title: 'That is probably another region of Clio',
    happened: 'Clio does not know this installation in the region you chose.',
    todo: 'Look at the address you use for Clio. If it begins with eu., choose Europe and United Kingdom; with ca., Canada; with au., Australia; otherwise United States. If the region is right, ask whoever runs this installation to check its client id and secret for it.',
  }),
  no_billing: noBilling,
  other_account: ({ account }) => ({
    title: 'That is another Clio account',
    happened: `On Clio’s page you were logged in to ${account ?? 'another account'}. Nothing has changed.`,
    todo: 'Log out of Clio, or choose the account connected so far on its page, and connect again.',
  }),
  other_region: ({ account }) => ({
    title: 'That Clio account is in another region',
    happened: `${account ?? 'The account'} is not in the region this firm is connected in. Nothing has changed.`,
    todo: `${OTHER_REGION} Sign up a second firm for it.`,
  }),
  refused: () => ({
    title: 'Clio refused access',
    happened: 'Clio sent you back without access.',
    todo: 'Connect again. If it happens again, the administrator of your Clio account may have to allow this application.',
  }),
  unreachable: () => ({
    title: 'Clio could not be reached',
    happened: 'You allowed access, but Clio did not answer our questions after that.',
    todo: 'Connect again in a few minutes. Nothing has to be undone.',
  }),
  expired: () => ({
    title: 'The answer from Clio came too late',
    happened: 'More than half an hour had passed, the page was opened twice, or the answer belongs to another log-in.',
    todo: 'Connect again from here.',
  }),
  not_logged_in: () => ({
    title: 'You were logged out meanwhile',
    happened: 'Clio sent you back when nobody was logged in here. Nothing was connected.',
    todo: 'Now that you are logged in, connect again.',
  }),
  not_allowed: () => ({
    title: 'Only the owner can connect to Clio',
    happened: 'Your role does not include connections. Nothing was connected.',
    todo: 'Ask the owner of your firm’s account here to connect.',
  }),
};

/** A code that this page does not know is shown as it is: better than silence. */
export function tell(refusal: Refusal): Told | null {
  if (!refusal.error) return null;
  const known = Object.hasOwn(TOLD, refusal.error) ? TOLD[refusal.error] : undefined;
  return (
    known?.(refusal) ?? {
      title: 'Clio is not connected',
      happened: `Clio answered “${refusal.error.replaceAll('_', ' ')}”.`,
      todo: 'Connect again. If it happens again, ask whoever runs this installation.',
    }
  );
}
