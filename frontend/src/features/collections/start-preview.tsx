import { Alert, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { CollectionPreview } from '@/api/types';
import { Card } from '@/components/card';
import { count } from '@/lib/texts';
import { FirstMails, Refusals } from './first-mails';

const MailsChart = lazy(() => import('./mails-chart'));

/** What would be sent to whom and when. */
export function StartPreview({ preview }: { preview: CollectionPreview }) {
  return (
    <Stack>
      {preview.warnings.map((warning) => (
        <Alert key={warning} color="amber" icon={<IconAlertTriangle aria-hidden />}>
          {warning}
        </Alert>
      ))}
      <Card title="What would be sent" about={`${count(preview.startable, 'collection')} would start.`}>
        <FirstMails mails={preview.first_mails} startable={preview.startable} />
      </Card>
      {preview.refused.length > 0 ? (
        <Card title={`${count(preview.refused.length, 'invoice')} cannot be reminded`} about="They stay where they are.">
          <Refusals refused={preview.refused} />
        </Card>
      ) : null}
      <Card title="E-mails by day" about="The next 90 days, if nobody pays.">
        <Suspense fallback={<Skeleton h={150} />}>
          <MailsChart days={preview.mails_by_day} />
        </Suspense>
      </Card>
    </Stack>
  );
}
