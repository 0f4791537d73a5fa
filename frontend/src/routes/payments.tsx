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
import { ProofPanel } from '@/features/payment-proofs/proof-panel';
import type { PaymentFilters } from '@/features/payments/filters';
import { PaymentFilterBar } from '@/features/payments/payment-filters';
import { PaymentTotals } from '@/features/payments/payment-totals';
import { PaymentsTable } from '@/features/payments/payments-table';
import { paymentsQuery, toRecordQuery, totalsQuery, unmatchedQuery } from '@/features/payments/queries';
import { ToRecordList } from '@/features/payments/to-record-list';
import { UnmatchedList } from '@/features/payments/unmatched-list';
import { parsePaymentSearch } from './search';

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

function AllPayments({ filters }: { filters: PaymentFilters }) {
  const navigate = useNavigate();
  const payments = useInfiniteQuery(paymentsQuery(filters));
  const totals = useQuery(totalsQuery(filters)).data?.items ?? [];
  const show = (search: PaymentFilters) => void navigate({ to: '/payments', search, replace: true });
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const empty = isFiltered ? (
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
      <PaymentFilterBar
        filters={filters}
        clientName={payments.data?.pages[0]?.items[0]?.client_name ?? undefined}
        onChange={show}
      />
      <PaymentTotals totals={totals} />
      <PagesView query={payments} empty={empty}>
        {(items) => <PaymentsTable payments={items} />}
      </PagesView>
    </Stack>
  );
}

function Unmatched() {
  const empty = (
    <EmptyState icon={IconCircleCheck} title="No unmatched money">
      Money that is more than was owed, in another currency, or for an invoice that is gone waits here.
    </EmptyState>
  );
  return (
    <PagesView query={useInfiniteQuery(unmatchedQuery)} empty={empty}>
      {(items) => <UnmatchedList payments={items} />}
    </PagesView>
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
  const { tab, standing, ...filters } = route.useSearch();
  const navigate = useNavigate();
  const unmatched = useInfiniteQuery(unmatchedQuery).data?.pages[0]?.total ?? 0;
  const waiting = useQuery(activityQuery).data?.to_record ?? 0;
  return (
    <>
      <PageHeader title="Payments" about="Money for invoices: settled, recorded in Clio, confirmed by reading Clio again." />
      <Tabs
        value={tab ?? 'all'}
        onChange={(tab) => void navigate({ to: '/payments', search: parsePaymentSearch({ tab }) })}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="all">All</Tabs.Tab>
          <Tabs.Tab value="to-record" rightSection={waiting ? <Badge size="sm" color="amber">{waiting}</Badge> : null}>
            To record in Clio
          </Tabs.Tab>
          <Tabs.Tab value="unmatched" rightSection={unmatched ? <Badge size="sm" color="amber">{unmatched}</Badge> : null}>
            Unmatched
          </Tabs.Tab>
          <Tabs.Tab value="proof">Proof</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="all">
          <AllPayments filters={filters} />
        </Tabs.Panel>
        <Tabs.Panel value="unmatched">
          <Unmatched />
        </Tabs.Panel>
        <Tabs.Panel value="to-record">
          <ToRecord />
        </Tabs.Panel>
        <Tabs.Panel value="proof">
          {tab === 'proof' ? (
            <ProofPanel
              standing={standing}
              q={filters.q}
              onChange={(wanted) => void navigate({ to: '/payments', search: { tab: 'proof', ...wanted }, replace: true })}
            />
          ) : null}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
