import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Section, Sort } from '@/api/types';
import type { InvoiceQuery } from './filters';

type InvoiceFilter = InvoiceQuery & { section?: Section };

const PAGE = 100;

export function invoicesQuery(filter: InvoiceFilter & { sort?: Sort }) {
  return infiniteQueryOptions({
    queryKey: ['invoices', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/v1/invoices', { params: { query: { ...filter, limit: PAGE, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function sectionsQuery(filter: Omit<InvoiceFilter, 'section'>) {
  return queryOptions({
    queryKey: ['invoices', 'sections', filter],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/invoices/sections', { params: { query: filter }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function invoiceQuery(id: string) {
  return queryOptions({
    queryKey: ['invoices', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/invoices/{invoice_id}', { params: { path: { invoice_id: id } }, signal })),
  });
}

export function timelineQuery(id: string) {
  return queryOptions({
    queryKey: ['invoices', 'timeline', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/invoices/{invoice_id}/timeline', { params: { path: { invoice_id: id } }, signal })),
  });
}

/** A handful of invoices for a search box. */
export function invoiceSearchQuery(q: string) {
  return queryOptions({
    queryKey: ['invoices', 'search', q],
    queryFn: async ({ signal }) => {
      const query = { limit: 20, ...(q ? { q } : {}) };
      return (await unwrap(api.GET('/api/v1/invoices', { params: { query }, signal }))).items;
    },
    placeholderData: keepPreviousData,
  });
}
