import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LinkText } from '@/components/links';
import { PublicFrame } from '@/components/public-frame';
import { QueryView } from '@/components/query-view';
import { OwnerForm } from '@/features/accounts/owner-form';
import { signUpQuery } from '@/features/accounts/queries';

export default function SignUp() {
  const navigate = useNavigate();
  return (
    <PublicFrame title="Create the owner's account" about="The owner sets up the firm, and connects it to Clio and Stripe.">
      <QueryView query={useQuery(signUpQuery)}>
        {({ open }) =>
          open ? (
            <Stack>
              <OwnerForm onDone={() => void navigate({ to: '/welcome' })} />
              <Text ta="center">
                Already have an account? <LinkText to="/log-in" search={{ back: '/invoices' }}>Log in</LinkText>
              </Text>
            </Stack>
          ) : (
            <Text>
              Sign-up is closed on this installation. <LinkText to="/log-in">Log in</LinkText>
            </Text>
          )
        }
      </QueryView>
    </PublicFrame>
  );
}
