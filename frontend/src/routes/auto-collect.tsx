import { Stack } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/card';
import { EmptyState } from '@/components/empty-state';
import { LinkButton } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { DryRunView } from '@/features/auto-collect/dry-run';
import { rulesQuery } from '@/features/auto-collect/queries';
import { RuleList } from '@/features/auto-collect/rule-list';
import { useMay } from '@/lib/session';

export default function AutoCollect() {
  const rules = useQuery(rulesQuery);
  const mayWork = useMay('work');
  const create = mayWork ? <LinkButton to="/auto-collect/$ruleId" params={{ ruleId: 'new' }}>Create rule</LinkButton> : null;
  return (
    <>
      <PageHeader
        title="Auto-Collect"
        about="Rules that start collections by themselves. Where several fit an invoice, the first one counts."
        actions={rules.data?.items.length ? create : null}
      />
      <QueryView query={rules} loading={<Lines count={4} height={40} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={IconPlayerPlay} title="No rules yet" action={create}>
              A rule says which invoices start on which reminder set, so that nobody has to tick them: by age, amount,
              client, matter, attorney or practice area. You see what it would start before you switch it on. It never
              starts an invoice whose reminders were stopped or are done, nor one that is older than the limit in
              Sending rules.
            </EmptyState>
          ) : (
            <Stack gap="lg">
              <RuleList rules={items} disabled={!mayWork} />
              {mayWork && items.some((rule) => rule.is_enabled) ? (
                <Card title="All rules that are on" about="What they would start at this moment, and what fits but is left to you.">
                  <DryRunView request={{}} withRule />
                </Card>
              ) : null}
            </Stack>
          )
        }
      </QueryView>
    </>
  );
}
