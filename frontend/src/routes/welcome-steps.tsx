import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { FirmSetup } from '@/api/types';
import { QueryView } from '@/components/query-view';
import { clioQuery } from '@/features/clio/queries';
import { RegionPicker } from '@/features/clio/region-picker';
import { senderQuery } from '@/features/firm/queries';
import { SenderForm } from '@/features/firm/sender-form';
import { SenderVerification } from '@/features/firm/sender-verification';
import { StripeConnectForm, TrustWarning } from '@/features/stripe/connect-form';
import { syncRunsQuery, useResync } from '@/features/sync-runs/queries';
import { RunProgress } from '@/features/sync-runs/run-progress';
import { count } from '@/lib/texts';

interface StepProps {
  setup: FirmSetup;
  onNext: () => void;
}

function Done({ children, onNext }: { children: ReactNode; onNext: () => void }) {
  return (
    <Stack align="flex-start">
      <Alert color="green" icon={<IconCircleCheck aria-hidden />} w="100%">
        {children}
      </Alert>
      <Button variant="default" onClick={onNext}>
        Continue
      </Button>
    </Stack>
  );
}

export function ClioStep({ setup, onNext }: StepProps) {
  const connection = useQuery(clioQuery);
  return (
    <Stack>
      <Title order={2}>Connect to Clio</Title>
      <Text c="dimmed">
        Invoice Tracker reads approved bills and their clients. You will be asked on Clio's own page; your Clio password
        stays there.
      </Text>
      {setup.clio_connected ? (
        <Done onNext={onNext}>Clio is connected{connection.data?.account_name ? `: ${connection.data.account_name}` : ''}.</Done>
      ) : (
        <QueryView query={connection}>{(data) => <RegionPicker connection={data} label="Connect to Clio" />}</QueryView>
      )}
    </Stack>
  );
}

export function ImportStep({ setup, onNext }: StepProps) {
  const runs = useQuery({ ...syncRunsQuery(1), refetchInterval: 1000 });
  const resync = useResync();
  const run = runs.data?.[0];
  return (
    <Stack>
      <Title order={2}>First import</Title>
      <Text c="dimmed">All approved bills are read once. From then on they sync every 15 minutes.</Text>
      {setup.first_import === 'done' ? (
        <Done onNext={onNext}>{count(setup.invoices_count, 'invoice')} synced</Done>
      ) : run?.state === 'running' ? (
        <RunProgress run={run} />
      ) : (
        <Stack align="flex-start">
          {run?.state === 'failed' ? (
            <Alert color="red" role="alert" w="100%" title="The import did not finish">
              {run.error ?? 'Clio did not answer.'}
            </Alert>
          ) : (
            <Text role="status">The import starts in a moment.</Text>
          )}
          <Button variant="default" loading={resync.isPending} onClick={() => resync.mutate()}>
            {run?.state === 'failed' ? 'Try again' : 'Start now'}
          </Button>
        </Stack>
      )}
    </Stack>
  );
}

export function SenderStep({ onNext }: { onNext: () => void }) {
  const sender = useQuery({ ...senderQuery, refetchInterval: 2000 });
  const [isSaved, setSaved] = useState(false);
  return (
    <Stack>
      <Title order={2}>Verify the sender's e-mail address</Title>
      <Text c="dimmed">Reminders come from this address. Nothing leaves before it is verified.</Text>
      <QueryView query={sender}>
        {(data) => (
          <Stack>
            {data.verified_at ? (
              <Done onNext={onNext}>{data.from_email} is verified.</Done>
            ) : (
              <>
                <SenderForm sender={data} submitLabel="Save" onSaved={() => setSaved(true)} />
                {isSaved || data.from_email ? <SenderVerification sender={data} /> : null}
              </>
            )}
          </Stack>
        )}
      </QueryView>
    </Stack>
  );
}

export function StripeStep({ setup }: { setup: FirmSetup }) {
  return (
    <Stack>
      <Title order={2}>Connect to Stripe</Title>
      {setup.stripe_connected ? (
        <Alert color="green" icon={<IconCircleCheck aria-hidden />}>
          Stripe is connected. Every e-mail carries a payment link.
        </Alert>
      ) : (
        <>
          <Text c="dimmed">Optional: with it, every e-mail carries a payment link. You can also do this later.</Text>
          <TrustWarning />
          <StripeConnectForm />
        </>
      )}
    </Stack>
  );
}
