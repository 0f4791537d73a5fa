import { Stack, Text, Title } from '@mantine/core';
import { IconCalendarCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { formatMoney } from '@/lib/money';
import { OpenInvoices } from './open-invoices';
import { NumberTable } from './number-table';
import { monthName, type Period } from './period';
import { PeriodBar } from './period-bar';
import { fileAddress, promisesReportQuery } from './queries';
import { ReportCard, ReportChart } from './report-card';
import { PROMISE_ENDS } from './words';

type End = keyof typeof PROMISE_ENDS;
const ENDS = Object.keys(PROMISE_ENDS) as End[];

interface Props {
  period: Period;
  onChange: (period: Period) => void;
}

function Promises({ item }: { item: Schemas['PromisesOut'] }) {
  const { currency, months } = item;
  return (
    <Stack gap="xs">
      <Title order={3}>
        {currency}: {item.kept_percent === null ? 'none has ended yet' : `${String(item.kept_percent)}% kept`}
      </Title>
      <ReportChart
        label={`Promises in ${currency} by the promised month, in number`}
        data={months.map((month) => ({
          month: monthName(month.starts_on),
          ...Object.fromEntries(month.by_state.map(({ state, count }) => [PROMISE_ENDS[state].name, count])),
        }))}
        dataKey="month"
        series={Object.values(PROMISE_ENDS)}
        exact={String}
      />
      <NumberTable
        label={`Promises in ${currency}`}
        heads={['Promised for', ...ENDS.map((end) => PROMISE_ENDS[end].name)]}
        rows={[
          ...months.map((month) => ({ key: month.starts_on, name: monthName(month.starts_on), cells: cells(month.by_state) })),
          { key: 'total', name: 'Total', cells: cells(item.by_state), isTotal: true },
        ]}
      />
    </Stack>
  );
}

function cells(promised: Schemas['PromisedOut'][]) {
  return ENDS.map((end) => {
    const here = promised.find(({ state }) => state === end);
    if (!here || here.count === 0) return '–';
    return (
      <>
        {here.count}
        <Text span size="xs" c="dimmed" display="block">
          {formatMoney(here.amount)}
        </Text>
      </>
    );
  });
}

export function PromisesReport({ period, onChange }: Props) {
  return (
    <ReportCard
      title="Promises"
      counted={
        <>
          Promises to pay, by the promised month. Kept: the promised amount came in by the business day after the promised one. The
          share counts only those kept or broken. What is due now stands in{' '}
          <LinkText to="/to-do" search={{ tab: 'promises' }} fz="inherit" underline="always">
            To do
          </LinkText>
          .
        </>
      }
      file={fileAddress('promises', { from_day: period.from, to_day: period.to })}
      query={useQuery(promisesReportQuery(period))}
      controls={<PeriodBar period={period} onChange={onChange} />}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCalendarCheck} title="No promises during this time" action={<OpenInvoices />}>
            A client promises a day from the e-mail, or you note a promise on the page of an invoice.
          </EmptyState>
        ) : (
          <Stack gap="xl">
            {items.map((item) => (
              <Promises key={item.currency} item={item} />
            ))}
          </Stack>
        )
      }
    </ReportCard>
  );
}
