import { Alert, Stack, Title } from '@mantine/core';
import { IconChartBar, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { formatMoney } from '@/lib/money';
import { useDates } from '@/lib/today';
import { OpenInvoices } from './open-invoices';
import { NumberTable } from './number-table';
import { fileAddress, forecastReportQuery } from './queries';
import { ReportCard, ReportChart } from './report-card';
import { latenessText, roughMoney, WITHOUT_DAY } from './words';

function Forecast({ item }: { item: Schemas['CollectionForecastOut'] }) {
  const { day } = useDates();
  const { currency, weeks } = item;
  return (
    <Stack gap="xs">
      <Title order={3}>
        {currency}: {formatMoney(item.owed)} is owed
      </Title>
      {weeks.some(({ promised, usual }) => promised.amount_minor + usual.amount_minor > 0) ? (
        <ReportChart
          label={`Estimate of what may come in, in ${currency}, week by week`}
          data={weeks.map((week) => ({
            week: day(week.starts_on),
            Promised: week.promised.amount_minor,
            Estimated: week.usual.amount_minor,
          }))}
          dataKey="week"
          series={[
            { name: 'Promised', color: 'petrol.7' },
            { name: 'Estimated', color: 'petrol.3' },
          ]}
          exact={(amount_minor) => formatMoney({ amount_minor, currency })}
          rough={roughMoney(currency)}
        />
      ) : null}
      <NumberTable
        label={`Estimate in ${currency}`}
        heads={['Week', 'Promised', 'Estimated']}
        rows={weeks.map((week) => ({
          key: week.starts_on,
          name: `${day(week.starts_on)} – ${day(week.ends_on)}`,
          cells: [money(week.promised), money(week.usual)],
        }))}
      />
      <NumberTable
        label={`Not in these weeks, in ${currency}`}
        heads={['Not in these weeks', 'Invoices', 'Owed']}
        rows={[
          { key: 'later', name: 'Expected later', cells: ['', formatMoney(item.later)] },
          ...item.without_day.map(({ reason, count, amount }) => ({
            key: reason,
            name: WITHOUT_DAY[reason] ?? reason,
            cells: [count, formatMoney(amount)],
          })),
        ]}
      />
    </Stack>
  );
}

function money(amount: Schemas['MoneyOut']): string {
  return amount.amount_minor === 0 ? '–' : formatMoney(amount);
}

export function ForecastReport() {
  return (
    <ReportCard
      title="Forecast"
      counted="What may come in during the next twelve weeks. Promised: what clients have said they will pay, on their day. Estimated: for all else, when half of a client’s invoices of the last twelve months were paid, counted from the due day; for a client with fewer than three, when half of all clients’ were. What is in dispute or already later than usual has no day."
      file={fileAddress('forecast')}
      query={useQuery(forecastReportQuery)}
    >
      {({ items, usual_days_late, usual_invoices }) =>
        items.length === 0 ? (
          <EmptyState icon={IconChartBar} title="Nothing is owed" action={<OpenInvoices />}>
            Approved bills appear here after the next sync with Clio.
          </EmptyState>
        ) : (
          <Stack gap="xl">
            <Alert icon={<IconInfoCircle aria-hidden />} title="An estimate, not a promise">
              {usual_days_late === null
                ? 'Too few payments are known to estimate anything but promises. After five paid invoices there is an estimate.'
                : `It goes by ${usual_invoices.toLocaleString('en-US')} paid invoices: half of them were paid ${latenessText(usual_days_late)} or sooner. Clients may pay earlier, later or not at all.`}
            </Alert>
            {items.map((item) => (
              <Forecast key={item.currency} item={item} />
            ))}
          </Stack>
        )
      }
    </ReportCard>
  );
}
