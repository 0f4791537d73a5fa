import { Stack, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { formatMoney } from '@/lib/money';
import { count } from '@/lib/texts';
import { OpenInvoices } from './open-invoices';
import { NumberTable } from './number-table';
import { ageingQuery, fileAddress } from './queries';
import { ReportCard, ReportChart } from './report-card';
import { BUCKETS, shareText } from './words';

type Ageing = Schemas['AgeingOut'];

/** All buckets of one currency. */
function AgeingTable({ item }: { item: Ageing }) {
  const label = `Owed in ${item.currency}`;
  return (
    <NumberTable
      label={label}
      heads={['Overdue', 'Invoices', 'Owed', 'Share']}
      rows={[
        ...item.buckets.map(({ bucket, count, amount }) => ({
          key: bucket,
          name: <BucketLink bucket={bucket} currency={item.currency} />,
          cells: [
            count,
            formatMoney(amount),
            shareText(amount.amount_minor, item.total.amount_minor),
          ],
        })),
        { key: 'total', name: 'Total', cells: [item.count, formatMoney(item.total), ''], isTotal: true },
      ]}
    />
  );
}

/** The bucket's invoices. What is not due has no link: the list cannot ask for bills without a due date. */
function BucketLink({ bucket, currency }: { bucket: Schemas['AgeBucket']; currency: string }) {
  const { name } = BUCKETS[bucket];
  if (bucket === 'not_due') return name;
  return (
    <LinkText to="/invoices" search={{ age: bucket, currency }}>
      {name}
    </LinkText>
  );
}

/** One bar for each currency: amounts of different currencies cannot stand on one scale, shares can. */
function AgeingChart({ items }: { items: Ageing[] }) {
  const late = (item: Ageing) => item.total.amount_minor - (item.buckets[0]?.amount.amount_minor ?? 0);
  return (
    <ReportChart
      label={`Share overdue: ${items.map((item) => `${item.currency} ${shareText(late(item), item.total.amount_minor)}`).join(', ')}`}
      data={items.map((item) => ({
        currency: item.currency,
        ...Object.fromEntries(item.buckets.map(({ bucket, amount }) => [BUCKETS[bucket].name, share(amount.amount_minor, item)])),
      }))}
      dataKey="currency"
      series={Object.values(BUCKETS)}
      exact={(value) => `${value.toFixed(1)}%`}
      shares
    />
  );
}

function share(amountMinor: number, item: Ageing): number {
  return item.total.amount_minor > 0 ? (100 * amountMinor) / item.total.amount_minor : 0;
}

export function AgeingReport() {
  return (
    <ReportCard
      title="Ageing"
      counted="What is owed now, by days since the due day in your time zone. Held and disputed invoices are in it; payments that Clio does not show yet are taken off. An invoice without a due date is not due. Currencies are never added up."
      file={fileAddress('ageing')}
      query={useQuery(ageingQuery)}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title="Nothing is owed" action={<OpenInvoices />}>
            Approved bills appear here after the next sync with Clio.
          </EmptyState>
        ) : (
          <Stack gap="lg">
            <AgeingChart items={items} />
            {items.map((item) => (
              <Stack key={item.currency} gap="xs">
                <Title order={3}>
                  {item.currency}: {formatMoney(item.total)} on {count(item.count, 'invoice')}
                </Title>
                <AgeingTable item={item} />
              </Stack>
            ))}
            <LinkText to="/invoices" search={{ sort: '-days_overdue' }}>
              Open Invoices, the longest overdue first
            </LinkText>
          </Stack>
        )
      }
    </ReportCard>
  );
}
