import { IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { BackLink } from '@/components/back-link';
import { EmptyState } from '@/components/empty-state';
import { LinkButton } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { ruleQuery } from '@/features/auto-collect/queries';
import { reminderSetsQuery } from '@/features/reminder-sets/queries';
import { useMay } from '@/lib/session';
import { RuleEditor } from './auto-collect-editor';

const route = getRouteApi('/staff/shell/auto-collect/$ruleId');
const LOADING = <Lines count={6} height={28} />;

/** A rule to be changed, or with `new` for its id a new one. */
export default function AutoCollectRule() {
  const { ruleId } = route.useParams();
  const isNew = ruleId === 'new';
  const sets = useQuery(reminderSetsQuery);
  const rule = useQuery({ ...ruleQuery(ruleId), enabled: !isNew });
  const mayWork = useMay('work');
  if (!mayWork) return <EmptyState icon={IconMailForward} title="Rules are written by owners and billing" />;
  return (
    <>
      <PageHeader
        title={rule.data?.name ?? 'New rule'}
        about="All conditions that you give must be true. Empty ones ask for nothing."
        back={<BackLink to="/auto-collect">Auto-Collect</BackLink>}
      />
      <QueryView query={sets} loading={LOADING}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={IconMailForward} title="There is no reminder set yet" action={<LinkButton to="/reminder-sets">Create reminder sets</LinkButton>}>
              A rule starts invoices on a set, so write or take one first.
            </EmptyState>
          ) : isNew ? (
            <RuleEditor rule={null} sets={items} />
          ) : (
            <QueryView query={rule} loading={LOADING}>
              {(data) => <RuleEditor key={data.id} rule={data} sets={items} />}
            </QueryView>
          )
        }
      </QueryView>
    </>
  );
}
