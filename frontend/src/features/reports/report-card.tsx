import { Button, Skeleton, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ComponentProps, lazy, type ReactNode, Suspense } from 'react';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';

const LazyChart = lazy(() => import('./report-chart'));

/** The library of charts is fetched when the first one is looked at. */
export function ReportChart(props: ComponentProps<typeof LazyChart>) {
  return (
    <Suspense fallback={<Skeleton height={props.shares ? 70 + 44 * props.data.length : 240} />}>
      <LazyChart {...props} />
    </Suspense>
  );
}

interface Props<T> {
  title: string;
  /** How it is counted, in plain words. */
  counted: ReactNode;
  file: string;
  query: UseQueryResult<T>;
  controls?: ReactNode;
  children: (report: T) => ReactNode;
}

export function ReportCard<T>({ title, counted, file, query, controls, children }: Props<T>) {
  return (
    <Card
      title={title}
      about={counted}
      aside={
        <Button component="a" href={file} download variant="default" size="xs" leftSection={<IconDownload size={16} aria-hidden />}>
          Download as CSV
        </Button>
      }
    >
      <Stack gap="lg">
        {controls}
        <QueryView query={query} loading={<Skeleton height={300} aria-label="Loading the report" />}>
          {children}
        </QueryView>
      </Stack>
    </Card>
  );
}
