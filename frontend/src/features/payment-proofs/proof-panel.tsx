import { Alert, Button, Group, Paper, Progress, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconRefresh, IconScale } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { PaymentProof } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { ErrorPanel } from '@/components/error-panel';
import { Lines, QueryView } from '@/components/query-view';
import { SearchBox } from '@/components/search-box';
import { formatDay } from '@/lib/dates';
import { useMay } from '@/lib/session';
import { useDates, useToday } from '@/lib/today';
import { exportUrl, proofLinesQuery, proofsQuery, useCheckNow } from './queries';
import { ProofTable } from './proof-table';
import { byWhom, headline, headlineTone, progressOf, progressWords, STANDINGS, type Standing } from './words';

interface Wanted {
  standing: Standing | undefined;
  q: string | undefined;
}

interface Props extends Wanted {
  onChange: (wanted: Wanted) => void;
}

function CheckNow({ isRunning }: { isRunning: boolean }) {
  const check = useCheckNow();
  const mayWork = useMay('work');
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={16} aria-hidden />}
      disabled={!mayWork || isRunning}
      loading={check.isPending}
      onClick={() => check.mutate()}
    >
      Check now
    </Button>
  );
}

function Running({ proof }: { proof: PaymentProof }) {
  return (
    <Stack gap={6} role="status">
      <Text size="sm">{progressWords(proof)}</Text>
      <Progress value={progressOf(proof.step)} animated aria-label="Progress of the check" />
    </Stack>
  );
}

function NotChecked({ proof }: { proof: PaymentProof }) {
  const problems = [
    proof.stripe_checked ? null : `Stripe was not checked: ${proof.stripe_problem ?? 'no answer.'}`,
    proof.clio_checked ? null : `Clio was not checked: ${proof.clio_problem ?? 'no answer.'}`,
  ].filter((problem) => problem !== null);
  if (problems.length === 0) return null;
  return (
    <Alert color="amber" icon={<IconAlertTriangle size={18} aria-hidden />} title="Not everything was checked">
      {problems.map((problem) => (
        <Text key={problem} size="sm">
          {problem}
        </Text>
      ))}
    </Alert>
  );
}

function Headline({ proof, isRunning }: { proof: PaymentProof; isRunning: boolean }) {
  const { instant } = useDates();
  const { today } = useToday();
  const tone = headlineTone(proof.counts);
  const Icon = tone === 'green' ? IconCircleCheck : IconAlertTriangle;
  return (
    <Group justify="space-between" gap="md">
      <Group gap="sm" wrap="nowrap" style={{ flex: '1 1 18rem' }}>
        <ThemeIcon variant="light" color={tone} size={40} radius="xl" aria-hidden>
          <Icon size={22} />
        </ThemeIcon>
        <div>
          <Title order={2}>{headline(proof.counts)}</Title>
          <Text size="sm" c="dimmed">
            Checked {instant(proof.finished_at)} {byWhom(proof)}. Payments since{' '}
            {formatDay(proof.covers_from.slice(0, 10), today)}, and older ones that moved.
          </Text>
        </div>
      </Group>
      <Group gap="xs">
        <Button
          component="a"
          href={exportUrl(proof.id)}
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Export
        </Button>
        <CheckNow isRunning={isRunning} />
      </Group>
    </Group>
  );
}

function Filter({ proof, standing, q, onChange }: Props & { proof: PaymentProof }) {
  const present = (Object.keys(STANDINGS) as Standing[]).filter((one) => proof.counts[one] > 0 || one === standing);
  const choose = (next: Standing | undefined) => onChange({ standing: next, q });
  return (
    <Group gap="xs" role="group" aria-label="Show">
      <SearchBox
        value={q ?? ''}
        label="Search by invoice, client or reference"
        onChange={(text) => onChange({ standing, q: text || undefined })}
      />
      <Button size="xs" variant={standing ? 'default' : 'light'} aria-pressed={!standing} onClick={() => choose(undefined)}>
        All
      </Button>
      {present.map((one) => (
        <Button
          key={one}
          size="xs"
          variant={standing === one ? 'light' : 'default'}
          aria-pressed={standing === one}
          onClick={() => choose(one)}
        >
          {STANDINGS[one][0]} {proof.counts[one].toLocaleString('en-US')}
        </Button>
      ))}
    </Group>
  );
}

function ProofLines({ proofId, standing, q }: Wanted & { proofId: string }) {
  const query = useInfiniteQuery(proofLinesQuery(proofId, standing, q));
  if (query.isError && !query.data) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Lines count={6} height={40} />;
  const lines = query.data.pages.flatMap((page) => page.items);
  if (lines.length === 0) return <EmptyState icon={IconScale} title="No payment matches" />;
  return (
    <Stack>
      <ProofTable lines={lines} />
      {query.hasNextPage ? (
        <Group justify="center">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

function Proof({ proofs, ...wanted }: Props & { proofs: readonly PaymentProof[] }) {
  const running = proofs.find((proof) => proof.state === 'running');
  const latest = proofs.find((proof) => proof.state === 'finished');
  const failed = proofs[0]?.state === 'failed' ? proofs[0] : undefined;
  // One that waits for its time can be hurried.
  const isBusy = running !== undefined && running.step !== 'waiting';
  const total = latest ? Object.values(latest.counts).reduce((sum, count) => sum + count, 0) : 0;
  return (
    <Stack>
      {failed?.error ? <Alert color="red">{failed.error}</Alert> : null}
      {latest ? (
        <Paper p="md">
          <Stack>
            <Headline proof={latest} isRunning={isBusy} />
            {running ? <Running proof={running} /> : null}
          </Stack>
        </Paper>
      ) : running ? (
        <Paper p="md">
          <Running proof={running} />
        </Paper>
      ) : null}
      {latest ? <NotChecked proof={latest} /> : null}
      {latest && total > 0 ? (
        <>
          <Filter proof={latest} {...wanted} />
          <ProofLines proofId={latest.id} standing={wanted.standing} q={wanted.q} />
        </>
      ) : (
        <EmptyState
          icon={IconScale}
          title={latest ? 'No payments to compare yet' : 'Not checked yet'}
          action={latest ? undefined : <CheckNow isRunning={isBusy} />}
        >
          Every night each payment is looked up in Stripe, here and in Clio. What does not agree stands here.
        </EmptyState>
      )}
    </Stack>
  );
}

/** Every payment in Stripe, here and in Clio, compared. */
export function ProofPanel(props: Props) {
  return (
    <QueryView query={useQuery(proofsQuery)} loading={<Lines count={6} height={40} />}>
      {(proofs) => <Proof proofs={proofs} {...props} />}
    </QueryView>
  );
}
