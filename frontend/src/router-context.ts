import type { QueryClient } from '@tanstack/react-query';

export interface RouterContext {
  queryClient: QueryClient;
}

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Invoices ticked on the list, on the way to Start Collection. */
    invoiceIds?: string[];
  }
}
