import { Skeleton, Stack, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api, unwrap } from '@/api/client';
import { Card } from '@/components/card';
import { ErrorPanel } from '@/components/error-panel';
import { count } from '@/lib/texts';

const MailsChart = lazy(() => import('./mails-chart'));

const forecastQuery = queryOptions({
  queryKey: ['collections', 'forecast'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/forecast', { signal })),
  staleTime: 60_000,
});

/** The next 90 days, played forward on the real data by the rules the worker follows. */
export function ForecastCard() {
  const { data, error, refetch } = useQuery(forecastQuery);
  const held = data?.held ? `, and ${count(data.held, 'is held', 'are held')} for now` : '';
  return (
    <Card title="The next 90 days" about="What will leave if nothing changes: every e-mail counts once, whatever the number of its invoices.">
      {error ? <ErrorPanel error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <Stack gap="xs">
          <Suspense fallback={<Skeleton height={150} />}>
            <MailsChart days={data.days.filter(({ mails }) => mails > 0).map(({ on, mails }) => ({ on, count: mails }))} />
          </Suspense>
          <Text size="sm" c="dimmed">
            {`${count(data.mails, 'e-mail')} and ${count(data.calls, 'call')} planned${held}.`}
          </Text>
        </Stack>
      ) : error ? null : (
        <Skeleton height={150} aria-label="Playing the next 90 days forward" />
      )}
    </Card>
  );
}
