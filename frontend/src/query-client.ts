import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isApiError, isLoggedOut } from './api/problem';
import { notifyFailed } from './lib/notify';

declare module '@tanstack/react-query' {
  interface Register {
    /** `quiet`: the place where the mutation is called shows its error itself. */
    mutationMeta: { quiet?: boolean };
    /** `quiet`: the guard of the routes sends to the log-in page itself. */
    queryMeta: { quiet?: boolean };
  }
}

/** Try again only what may have been a passing trouble. */
function shouldRetry(failures: number, error: unknown): boolean {
  if (isApiError(error) && error.status >= 400 && error.status < 500) return false;
  return failures < 2;
}

export function createQueryClient({ onLoggedOut }: { onLoggedOut: () => void }): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isLoggedOut(error) && !query.meta?.quiet) onLoggedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (isLoggedOut(error) && !mutation.meta?.quiet) onLoggedOut();
        else if (!mutation.meta?.quiet) notifyFailed(error);
      },
    }),
    defaultOptions: {
      queries: { staleTime: 10_000, retry: shouldRetry, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
