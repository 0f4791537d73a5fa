import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';

export type HolidayCountry = components['schemas']['HolidayCountryOut'];
export type Closure = components['schemas']['ClosureOut'];
export type ClosureInput = components['schemas']['ClosureInput'];

export const holidayCountriesQuery = queryOptions({
  queryKey: ['calendar', 'countries'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/holiday-countries', { signal })),
  staleTime: Infinity,
});

export const daysOffQuery = queryOptions({
  queryKey: ['calendar', 'days-off'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/days-off', { signal })),
});

export const closuresQuery = queryOptions({
  queryKey: ['calendar', 'closures'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/closures', { signal })),
});

/** A closure moves every plan: whatever shows days of mails is read again. */
function useChange<Input>(change: (input: Input) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries(), meta: { quiet: true } });
}

export function useAddClosure() {
  return useChange((body: ClosureInput) => unwrap(api.POST('/api/v1/closures', { body })));
}

export function useRemoveClosure() {
  return useChange(async (closure_id: string) => {
    await unwrap(api.DELETE('/api/v1/closures/{closure_id}', { params: { path: { closure_id } } }));
  });
}
