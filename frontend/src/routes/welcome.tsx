import { AppShell, Box, Button, Container, Grid, Group, Paper, Stepper, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { LinkButton } from '@/components/links';
import { Logo } from '@/components/logo';
import { Lines, QueryView } from '@/components/query-view';
import { setupQuery } from '@/features/firm/queries';
import { CallbackError } from '@/features/clio/callback-error';
import { dayOf } from '@/lib/dates';
import { useSession } from '@/lib/session';
import { TodayContext } from '@/lib/today';
import { count } from '@/lib/texts';
import type { FirmSetup } from '@/api/types';
import { ClioStep, ImportStep, SenderStep, StripeStep } from './welcome-steps';

const route = getRouteApi('/staff/welcome');

/** The first step that is not done; 4 when all are. */
export function stepOf(setup: FirmSetup): number {
  if (!setup.clio_connected) return 0;
  if (setup.first_import !== 'done') return 1;
  if (!setup.sender_verified) return 2;
  return setup.stripe_connected ? 4 : 3;
}

function Steps({ setup }: { setup: FirmSetup }) {
  const current = stepOf(setup);
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = chosen === null ? current : Math.min(chosen, current);
  const synced = setup.first_import === 'done' ? `${count(setup.invoices_count, 'invoice')} synced` : 'Approved bills';
  return (
    <Grid gap={{ base: 'lg', sm: 48 }}>
      <Grid.Col span={{ base: 12, sm: 4 }}>
        <Stepper active={shown} onStepClick={setChosen} size="sm" orientation="vertical" iconSize={34}>
          <Stepper.Step label="Connect to Clio" description="Where your bills are" />
          <Stepper.Step label="First import" description={synced} allowStepSelect={current >= 1} />
          <Stepper.Step
            label="Verify the sender"
            description={setup.sender_verified ? 'Verified' : 'Nothing leaves before that'}
            allowStepSelect={current >= 2}
          />
          <Stepper.Step
            label="Connect to Stripe"
            description={setup.stripe_connected ? 'Connected' : 'Optional'}
            allowStepSelect={current >= 3}
          />
        </Stepper>
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 8 }} mih={320}>
        <Content step={shown} setup={setup} onNext={() => setChosen(null)} />
      </Grid.Col>
    </Grid>
  );
}

function Content({ step, setup, onNext }: { step: number; setup: FirmSetup; onNext: () => void }) {
  if (step === 0) return <ClioStep setup={setup} onNext={onNext} />;
  if (step === 1) return <ImportStep setup={setup} onNext={onNext} />;
  if (step === 2) return <SenderStep onNext={onNext} />;
  return <StripeStep setup={setup} />;
}

export default function Welcome() {
  const session = useSession();
  const refusal = route.useSearch();
  useDocumentTitle('Welcome · Invoice Tracker');
  const setup = useQuery({ ...setupQuery, refetchInterval: 2000 });
  const timeZone = session?.firm.time_zone ?? 'UTC';
  const today = setup.data?.today ?? dayOf(new Date().toISOString(), timeZone);
  const days = useMemo(() => ({ today, timeZone }), [today, timeZone]);
  return (
    <TodayContext value={days}>
    <AppShell header={{ height: 60 }}>
      <AppShell.Header bg="var(--it-page)" style={{ borderColor: 'var(--it-line)' }}>
        <Group h="100%" px="lg" justify="space-between">
          <Logo />
          <LinkButton to="/invoices" variant="subtle" size="xs">
            Finish later
          </LinkButton>
        </Group>
      </AppShell.Header>
      <AppShell.Main>
        <Container size="md" py="xl">
          <Title order={1}>Welcome{session ? `, ${session.firm.name}` : ''}</Title>
          <Box c="dimmed" mt={4} mb="xl">
            Three steps, and a fourth if you like. You can leave at any time and come back.
          </Box>
          {setup.data?.clio_connected ? null : <CallbackError refusal={refusal} />}
          <Paper p={{ base: 'md', sm: 'xl' }}>
            <QueryView query={setup} loading={<Lines count={6} />}>
              {(data) => <Steps setup={data} />}
            </QueryView>
          </Paper>
          <Group mt="lg" justify="flex-end">
            <GoToInvoices isReady={setup.data !== undefined && stepOf(setup.data) >= 3} />
          </Group>
        </Container>
      </AppShell.Main>
    </AppShell>
    </TodayContext>
  );
}

function GoToInvoices({ isReady }: { isReady: boolean }) {
  if (!isReady) return <Button disabled>Go to Invoices</Button>;
  return <LinkButton to="/invoices">Go to Invoices</LinkButton>;
}
