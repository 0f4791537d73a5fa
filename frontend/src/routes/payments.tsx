import { Badge, Button, Group, Stack, Tabs } from '@mantine/core';
import { IconCircleCheck, IconCreditCard } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Payment } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { ErrorPanel } from '@/components/error-panel';
import { LinkButton } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines } from '@/components/query-view';
import { activityQuery } from '@/features/activity/queries';
import { SearchBox } from '@/components/search-box';
import { ProofPanel } from '@/features/payment-proofs/proof-panel';
import { PaymentsTable } from '@/features/payments/payments-table';
import { paymentsQuery, toRecordQuery } from '@/features/payments/queries';
import { ToRecordList } from '@/features/payments/to-record-list';

const route = getRouteApi('/staff/shell/payments');

type Pages = UseInfiniteQueryResult<{ pages: { items: Payment[] }[] }>;

function PagesView({ query, empty, children }: { query: Pages; empty: ReactNode; children: (items: Payment[]) => ReactNode }) {
  if (query.isError && !query.data) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Lines count={8} height={28} />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <>{empty}</>;
  return (
    <Stack>
      {children(items)}
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

function AllPayments({ q }: { q: string | undefined }) {
  const navigate = useNavigate();
  const empty = q ? (
    <EmptyState icon={IconCreditCard} title="No payment matches" />
  ) : (
    <EmptyState
      icon={IconCreditCard}
      title="No payments yet"
      action={<LinkButton to="/settings/stripe" variant="default" mt="sm">Connect to Stripe</LinkButton>}
    >
      Payments appear here as they arrive, by Stripe or in Clio.
    </EmptyState>
  );
  return (
    <Stack>
      <Group>
        <SearchBox
          value={q ?? ''}
          label="Search by invoice, client or reference"
          onChange={(text) => void navigate({ to: '/payments', search: { q: text || undefined }, replace: true })}
        />
      </Group>
      <PagesView query={useInfiniteQuery(paymentsQuery(q))} empty={empty}>
        {(items) => <PaymentsTable payments={items} />}
      </PagesView>
    </Stack>
  );
}

function ToRecord() {
  const empty = (
    <EmptyState icon={IconCircleCheck} title="Nothing to record">
      Payments that a person has to record in Clio wait here.
    </EmptyState>
  );
  return (
    <PagesView query={useInfiniteQuery(toRecordQuery)} empty={empty}>
      {(items) => <ToRecordList payments={items} />}
    </PagesView>
  );
}

export default function Payments() {
  const { tab, q, standing } = route.useSearch();
  const navigate = useNavigate();
  const waiting = useQuery(activityQuery).data?.to_record ?? 0;
  return (
    <>
      <PageHeader title="Payments" about="Money for invoices: settled, recorded in Clio, confirmed by reading Clio again." />
      <Tabs
        value={tab ?? 'all'}
        onChange={(next) =>
          void navigate({ to: '/payments', search: next === 'to-record' || next === 'proof' ? { tab: next } : {} })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="all">All payments</Tabs.Tab>
          <Tabs.Tab value="to-record" rightSection={waiting ? <Badge size="sm" color="amber">{waiting}</Badge> : null}>
            To record in Clio
          </Tabs.Tab>
          <Tabs.Tab value="proof">Proof</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="all">
          <AllPayments q={q} />
        </Tabs.Panel>
        <Tabs.Panel value="to-record">
          <ToRecord />
        </Tabs.Panel>
        <Tabs.Panel value="proof">
          {tab === 'proof' ? (
            <ProofPanel
              standing={standing}
              q={q}
              onChange={(wanted) => void navigate({ to: '/payments', search: { tab: 'proof', ...wanted }, replace: true })}
            />
          ) : null}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
