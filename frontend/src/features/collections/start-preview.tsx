import { Alert, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { CollectionPreview } from '@/api/types';
import { Card } from '@/components/card';
import { count } from '@/lib/texts';
import { FirstMails } from './first-mails';
import { Refusals } from './refusal-list';

const MailsChart = lazy(() => import('./mails-chart'));

/** From which step how many would begin. */
function FirstSteps({ preview }: { preview: CollectionPreview }) {
  const steps = preview.first_steps.map((each) => `step ${String(each.step_position)} (${String(each.count)})`);
  const planned = preview.first_steps.reduce((sum, each) => sum + each.count, 0);
  const none = preview.startable - planned;
  const begin = steps.length > 0 ? ` They begin with ${new Intl.ListFormat('en-GB').format(steps)}.` : '';
  return `${count(preview.startable, 'collection')} would start.${begin}${none > 0 ? ` For ${count(none, 'invoice')} nothing is planned in the next 90 days.` : ''}`;
}

/** What would be sent to whom and when. */
export function StartPreview({ preview }: { preview: CollectionPreview }) {
  return (
    <Stack>
      {preview.warnings.map((warning) => (
        <Alert key={warning} color="amber" icon={<IconAlertTriangle aria-hidden />}>
          {warning}
        </Alert>
      ))}
      <Card title="What would be sent" about={<FirstSteps preview={preview} />}>
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
