import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Period } from './period';

const kept = { placeholderData: keepPreviousData, staleTime: 60_000 } as const;

export const ageingQuery = queryOptions({
  queryKey: ['reports', 'ageing'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/ageing', { signal })),
  ...kept,
});

export const dsoQuery = queryOptions({
  queryKey: ['reports', 'dso'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/dso', { signal })),
  ...kept,
});

export function collectedQuery({ from, to, unit }: Period) {
  const query = { from_day: from, to_day: to, unit };
  return queryOptions({
    queryKey: ['reports', 'collected', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/collected', { params: { query }, signal })),
    ...kept,
  });
}

export function byReminderSetQuery({ from, to }: Period, windowDays: number) {
  const query = { from_day: from, to_day: to, window_days: windowDays };
  return queryOptions({
    queryKey: ['reports', 'by-reminder-set', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/by-reminder-set', { params: { query }, signal })),
    ...kept,
  });
}

export function promisesReportQuery({ from, to }: Period) {
  const query = { from_day: from, to_day: to };
  return queryOptions({
    queryKey: ['reports', 'promises', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/promises', { params: { query }, signal })),
    ...kept,
  });
}

export const forecastReportQuery = queryOptions({
  queryKey: ['reports', 'forecast'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/forecast', { signal })),
  ...kept,
});

type ReportName = 'ageing' | 'dso' | 'collected' | 'by-reminder-set' | 'promises' | 'forecast';

/** The address of a report's file, with what the page asks for. */
export function fileAddress(name: ReportName, asked: Record<string, string | number | undefined> = {}): string {
  const values = Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  const query = new URLSearchParams(values).toString();
  return `/api/v1/reports/${name}/export${query ? `?${query}` : ''}`;
}
