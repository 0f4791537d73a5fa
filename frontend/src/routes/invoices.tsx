import { Box, Button, Group, Skeleton, Stack, Tabs } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useReducer, useRef, useState } from 'react';
import type { Selection, Sort } from '@/api/types';
import { ErrorPanel } from '@/components/error-panel';
import { PageHeader } from '@/components/page-header';
import { EmptySection } from '@/features/invoices/empty-section';
import { exportAddress, queryOf } from '@/features/invoices/filters';
import { InvoiceTable } from '@/features/invoices/invoice-table';
import { KeysHelp } from '@/features/invoices/keys-help';
import { ManyMenu } from '@/features/invoices/many-menu';
import { invoicesQuery, sectionsQuery } from '@/features/invoices/queries';
import { SearchBox } from '@/components/search-box';
import { SectionTabs } from '@/features/invoices/section-tabs';
import { countTicked, NONE, reduceTicked } from '@/features/invoices/selection';
import { SelectionBar, Sheet } from '@/features/invoices/selection-bar';
import { useListKeys } from '@/features/invoices/use-list-keys';
import { Resync } from '@/features/sync-runs/resync';
import { useMay } from '@/lib/session';
import { FilterChips } from './invoice-filters';
import type { InvoiceSearch } from './search';

const route = getRouteApi('/staff/shell/invoices');
const DEFAULT_SORT: Sort = 'due_on';

function LoadingRows() {
  return (
    <Stack gap={0} role="status" aria-label="Loading invoices">
      {Array.from({ length: 10 }, (_, row) => (
        <Group key={row} h={60} px="md" gap="xl" wrap="nowrap">
          <Skeleton h={14} w={16} />
          <Skeleton h={14} w="12%" />
          <Skeleton h={14} w="26%" />
          <Skeleton h={14} w="16%" />
          <Skeleton h={14} flex={1} />
        </Group>
      ))}
    </Stack>
  );
}

export default function Invoices() {
  const { section = 'no_reminders', sort = DEFAULT_SORT, ...filters } = route.useSearch();
  const { q } = filters;
  const navigate = useNavigate();
  const mayWork = useMay('work');
  const searchBox = useRef<HTMLInputElement>(null);
  const [ticked, dispatch] = useReducer(reduceTicked, NONE);
  const [focused, setFocused] = useState(-1);
  const [isHelpOpen, setHelpOpen] = useState(false);

  const filter = queryOf(filters);
  const sections = useQuery(sectionsQuery(filter));
  const list = useInfiniteQuery(invoicesQuery({ ...filter, section, sort }));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total =
    list.data?.pages[0]?.total ?? sections.data?.items.find((entry) => entry.section === section)?.count ?? rows.length;

  const change = (next: InvoiceSearch, replace = false) => {
    dispatch({ type: 'clear' });
    setFocused(-1);
    void navigate({ to: '/invoices', search: (old: InvoiceSearch) => ({ ...old, ...next }), replace });
  };
  const start = () => {
    if (!mayWork || countTicked(ticked, total) === 0) return;
    if (ticked.kind === 'all') {
      void navigate({ to: '/collections/start', search: { all: 'true', section, ...filters } });
    } else {
      void navigate({ to: '/collections/start', state: { invoiceIds: [...ticked.ids] } });
    }
  };
  const selection: Selection =
    ticked.kind === 'all' ? { all_matching: { section, ...filter } } : { invoice_ids: [...ticked.ids] };
  const { fetchNextPage } = list;
  const loadMore = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);

  useListKeys({
    onSearch: () => searchBox.current?.focus(),
    onMove: (by) => setFocused((at) => Math.max(0, Math.min(rows.length - 1, at + by))),
    onTick: () => {
      const row = rows[focused];
      if (row) dispatch({ type: 'toggle', id: row.id, loaded: rows.map(({ id }) => id) });
    },
    onStart: start,
    onOpen: () => {
      const row = rows[focused];
      if (row) void navigate({ to: '/invoices/$invoiceId', params: { invoiceId: row.id } });
    },
    onHelp: () => setHelpOpen(true),
  });

  return (
    <>
      <PageHeader title="Invoices" about="Approved bills from Clio, and the reminders for them." actions={<Resync />} />
      <Tabs value={section} onChange={() => undefined} keepMounted={false}>
        <SectionTabs section={section} totals={sections.data?.items} onChange={(next) => change({ section: next })} />
        <Tabs.Panel value={section} pt="md">
          <Group justify="space-between" mb="md" gap="sm">
            <SearchBox value={q ?? ''} onChange={(text) => change({ q: text || undefined }, true)} inputRef={searchBox} />
            <Button
              component="a"
              href={exportAddress({ ...filter, section, sort })}
              download="invoices.csv"
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Download as CSV
            </Button>
          </Group>
          <FilterChips filters={filters} onChange={change} />
          <SelectionBar
            ticked={ticked}
            loaded={rows.length}
            total={total}
            disabled={!mayWork}
            dispatch={dispatch}
            onStart={start}
            more={<ManyMenu selection={selection} disabled={!mayWork || countTicked(ticked, total) === 0} onDone={() => dispatch({ type: 'clear' })} />}
          />
          <Sheet>
            {list.isError && !list.data ? (
              <Box p="md">
                <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
              </Box>
            ) : list.isPending ? (
              <LoadingRows />
            ) : rows.length === 0 ? (
              <EmptySection section={section} isSearch={Object.keys(filter).length > 0} />
            ) : (
              <InvoiceTable
                rows={rows}
                total={total}
                ticked={ticked}
                focused={focused}
                sort={sort}
                hasMore={list.hasNextPage && !list.isFetchingNextPage}
                dispatch={dispatch}
                onSort={(next) => change({ sort: next })}
                onEnd={loadMore}
              />
            )}
          </Sheet>
        </Tabs.Panel>
      </Tabs>
      <KeysHelp opened={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </>
  );
}
