import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { QueryView } from '@/components/query-view';
import { setupQuery } from '@/features/firm/queries';
import { PageLoading } from './root';

/** Until Clio is connected there is nothing to show but the first run. */
export default function Home() {
  return (
    <QueryView query={useQuery(setupQuery)} loading={<PageLoading />}>
      {(setup) => <Navigate to={setup.clio_connected ? '/invoices' : '/welcome'} replace />}
    </QueryView>
  );
}
