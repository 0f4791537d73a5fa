import { Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '@/components/empty-state';
import { formatMoney } from '@/lib/money';
import { OpenInvoices } from './open-invoices';
import { NumberTable } from './number-table';
import { monthName } from './period';
import { dsoQuery, fileAddress } from './queries';
import { ReportCard } from './report-card';
import { daysText } from './words';

export function DsoReport() {
  return (
    <ReportCard
      title="Days sales outstanding (DSO)"
      counted="How many days of billing are still unpaid, by the count-back method that credit managers use: what is owed today is set against the bills of this month, then of the month before, and so on, until it is used up. A month that is used up counts with all its days, the last one with its share. A month of many bills does not distort it, as it would receivables ÷ billed × days. Void bills are left out."
      file={fileAddress('dso')}
      query={useQuery(dsoQuery)}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title="Nothing is owed" action={<OpenInvoices />}>
            With nothing unpaid there are no days to count.
          </EmptyState>
        ) : (
          <Stack gap="xl">
            {items.map(({ currency, days, is_at_least, receivable, months }) => (
              <Stack key={currency} gap="xs">
                <Title order={3}>
                  {currency}: {is_at_least ? 'at least ' : ''}
                  {daysText(days)}
                </Title>
                <Text size="sm" c="dimmed">
                  {formatMoney(receivable)} is owed today.
                  {is_at_least ? ` That is more than was billed in the last ${String(months.length)} months.` : ''}
                </Text>
                <NumberTable
                  label={`How the days of ${currency} are counted`}
                  heads={['Month', 'Billed', 'Days counted']}
                  rows={months.map((month) => ({
                    key: month.starts_on,
                    name: monthName(month.starts_on),
                    cells: [formatMoney(month.billed), month.days],
                  }))}
                />
              </Stack>
            ))}
          </Stack>
        )
      }
    </ReportCard>
  );
}
