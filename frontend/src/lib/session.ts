import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Session } from '@/api/types';

export const sessionQuery = queryOptions({
  queryKey: ['sessions', 'current'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sessions/current', { signal })),
  staleTime: 5 * 60_000,
  retry: false,
  meta: { quiet: true },
});

export type Role = Session['user']['role'];

/** What a role may do, as the API decides it; here only to keep useless buttons away. */
const MAY = {
  hold: ['owner', 'billing', 'attorney'],
  work: ['owner', 'billing'],
  own: ['owner'],
} as const satisfies Record<string, readonly Role[]>;

export function may(role: Role | undefined, what: keyof typeof MAY): boolean {
  return role !== undefined && (MAY[what] as readonly Role[]).includes(role);
}

export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

export function useMay(what: keyof typeof MAY): boolean {
  return may(useSession()?.user.role, what);
}
