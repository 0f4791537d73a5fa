import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { BackLink } from '@/components/back-link';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { nextStep } from '@/features/reminder-sets/editor';
import { readyMadeQuery } from '@/features/reminder-sets/queries';
import { ReminderSetForm } from './reminder-set-form';

const route = getRouteApi('/staff/shell/reminder-sets/new');

export default function NewReminderSet() {
  const { from } = route.useSearch();
  return (
    <>
      <PageHeader title="New reminder set" back={<BackLink to="/reminder-sets">Reminder sets</BackLink>} />
      <QueryView query={useQuery(readyMadeQuery)} loading={<Lines count={8} height={28} />}>
        {({ items }) => {
          const template = items.find((set) => set.key === from);
          const steps = template && template.steps.length > 0 ? template.steps : [nextStep([], 'email')];
          const content = {
            name: template && template.steps.length > 0 ? template.name : '',
            description: template && template.steps.length > 0 ? template.description : '',
            steps: steps.map((step) => ({ ...step, id: null })),
          };
          return <ReminderSetForm key={from} id={null} version={0} running={0} content={content} />;
        }}
      </QueryView>
    </>
  );
}
