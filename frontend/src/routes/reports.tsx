import { Tabs } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { PageHeader } from '@/components/page-header';
import { AgeingReport } from '@/features/reports/ageing';
import { ByReminderSetReport } from '@/features/reports/by-reminder-set';
import { CollectedReport } from '@/features/reports/collected';
import { DsoReport } from '@/features/reports/dso';
import { ForecastReport } from '@/features/reports/forecast';
import type { Period } from '@/features/reports/period';
import { PromisesReport } from '@/features/reports/promises';
import { parseReportSearch, REPORTS } from './search';

const route = getRouteApi('/staff/shell/reports');

const NAMES: Record<(typeof REPORTS)[number], string> = {
  ageing: 'Ageing',
  dso: 'DSO',
  collected: 'Collected',
  sets: 'By set and step',
  promises: 'Promises',
  forecast: 'Forecast',
};

export default function Reports() {
  const { tab = 'ageing', ...period } = route.useSearch();
  const navigate = useNavigate();
  const show = (changed: Period) => void navigate({ to: '/reports', search: { tab, ...changed }, replace: true });
  return (
    <>
      <PageHeader title="Reports" about="What is owed, how long it takes, what came in, and what may come." />
      <Tabs value={tab} onChange={(tab) => void navigate({ to: '/reports', search: parseReportSearch({ ...period, tab }) })}>
        <Tabs.List mb="md">
          {REPORTS.map((report) => (
            <Tabs.Tab key={report} value={report}>
              {NAMES[report]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="ageing">
          <AgeingReport />
        </Tabs.Panel>
        <Tabs.Panel value="dso">
          <DsoReport />
        </Tabs.Panel>
        <Tabs.Panel value="collected">
          <CollectedReport period={period} onChange={show} />
        </Tabs.Panel>
        <Tabs.Panel value="sets">
          <ByReminderSetReport period={period} onChange={show} />
        </Tabs.Panel>
        <Tabs.Panel value="promises">
          <PromisesReport period={period} onChange={show} />
        </Tabs.Panel>
        <Tabs.Panel value="forecast">
          <ForecastReport />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
