import { Box, Center, Container } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, Outlet, useRouter } from '@tanstack/react-router';
import { EmptyState } from '@/components/empty-state';
import { ErrorPanel } from '@/components/error-panel';
import { LinkButton } from '@/components/links';
import { Lines } from '@/components/query-view';

export function Root() {
  return <Outlet />;
}

export function PageLoading() {
  return (
    <Box p="lg">
      <Lines count={6} />
    </Box>
  );
}

export function NotFound() {
  return (
    <Center mih="70dvh" component="main">
      <EmptyState
        icon={IconMapOff}
        title="There is no such page"
        action={
          <LinkButton to="/invoices" variant="default" mt="sm">
            Go to Invoices
          </LinkButton>
        }
      >
        The address may be mistyped, or what it showed is no longer there.
      </EmptyState>
    </Center>
  );
}

export function RouteError({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Container size="sm" py={80} component="main">
      <ErrorPanel error={error} onRetry={() => void router.invalidate()} />
    </Container>
  );
}
