import { Divider } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { LinkButton } from '@/components/links';
import { PublicFrame } from '@/components/public-frame';
import { LogInForm } from '@/features/accounts/log-in-form';
import { signUpQuery } from '@/features/accounts/queries';

const route = getRouteApi('/log-in');

/** Only a path of this page: never another site's address. */
function safeBack(back: string | undefined): string {
  return back?.startsWith('/') && !back.startsWith('//') && !back.startsWith('/\\') ? back : '/';
}

export default function LogIn() {
  const { back } = route.useSearch();
  const router = useRouter();
  const signUp = useQuery(signUpQuery);
  return (
    <PublicFrame title="Log in" about="Reminders that stop the moment an invoice is paid.">
      <LogInForm onDone={() => router.history.push(safeBack(back))} />
      {signUp.data?.open ? (
        <>
          <Divider label="New here?" my="lg" />
          <LinkButton to="/sign-up" variant="default" fullWidth>
            Create the owner's account
          </LinkButton>
        </>
      ) : null}
    </PublicFrame>
  );
}
