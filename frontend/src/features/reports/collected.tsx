import { Stack, Text, Title } from '@mantine/core';
import { IconCreditCard } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkButton, LinkText } from '@/components/links';
import { formatMoney } from '@/lib/money';
import { count } from '@/lib/texts';
import { useDates } from '@/lib/today';
import { NumberTable } from './number-table';
import { monthName, type Period } from './period';
import { PeriodBar } from './period-bar';
import { collectedQuery, fileAddress } from './queries';
import { ReportCard, ReportChart } from './report-card';
import { roughMoney, SOURCE_COLORS, SOURCE_NAMES } from './words';

type Source = keyof typeof SOURCE_NAMES;
const SOURCES = Object.keys(SOURCE_NAMES) as Source[];

interface Props {
  period: Period;
  onChange: (period: Period) => void;
}

function Collected({ item, unit }: { item: Schemas['CollectedOut']; unit: Schemas['Unit'] }) {
  const { day } = useDates();
  const { currency, parts } = item;
  const nameOf = (part: { starts_on: string; ends_on: string }) => {
    if (unit === 'month') return monthName(part.starts_on);
    return part.starts_on === part.ends_on ? day(part.starts_on) : `${day(part.starts_on)} – ${day(part.ends_on)}`;
  };
  return (
    <Stack gap="xs">
      <Title order={3}>
        {currency}: {formatMoney(item.net)}
      </Title>
      <Text size="sm" c="dimmed">
        {count(item.count, 'payment')}: {formatMoney(item.received)} received, {formatMoney(item.refunded)} refunded.
      </Text>
      <ReportChart
        label={`Collected in ${currency}: ${formatMoney(item.net)} in all`}
        data={parts.map((part) => ({
          part: unit === 'month' ? monthName(part.starts_on) : day(part.starts_on),
          ...Object.fromEntries(part.by_source.map(({ source, net }) => [SOURCE_NAMES[source], net.amount_minor])),
        }))}
        dataKey="part"
        series={SOURCES.map((source) => ({ name: SOURCE_NAMES[source], color: SOURCE_COLORS[source] }))}
        exact={(amount_minor) => formatMoney({ amount_minor, currency })}
        rough={roughMoney(currency)}
      />
      <NumberTable
        label={`Collected in ${currency}`}
        heads={['When', ...SOURCES.map((source) => SOURCE_NAMES[source]), 'Total']}
        rows={[...parts]
          .reverse()
          .filter((part) => unit === 'month' || part.by_source.some(({ count }) => count > 0))
          .map((part) => ({
            key: part.starts_on,
            name: nameOf(part),
            cells: [
              ...SOURCES.map((source) => {
                const here = part.by_source.find((each) => each.source === source);
                if (!here || here.count === 0) return '–';
                return (
                  <LinkText key={source} fz="inherit" to="/payments" search={{ from: part.starts_on, to: part.ends_on, source }}>
                    {formatMoney(here.net)}
                  </LinkText>
                );
              }),
              formatMoney(part.net),
            ],
          }))}
      />
    </Stack>
  );
}

export function CollectedReport({ period, onChange }: Props) {
  const asked = { from_day: period.from, to_day: period.to, unit: period.unit };
  return (
    <ReportCard
      title="Collected"
      counted="What came in, less refunds, by the day on which a payment came in, as on the page Payments: what was paid in Clio counts on the day it was first seen here, what was noted by hand on the day it was noted. Debits under way and failed payments are not in it."
      file={fileAddress('collected', asked)}
      query={useQuery(collectedQuery(period))}
      controls={<PeriodBar period={period} withUnit onChange={onChange} />}
    >
      {({ items, unit }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCreditCard} title="Nothing came in during this time" action={<LinkButton to="/payments" variant="default" mt="sm">Open Payments</LinkButton>}>
            Choose a longer time, or connect to Stripe so that clients can pay from the e-mail.
          </EmptyState>
        ) : (
          <Stack gap="xl">
            {items.map((item) => (
              <Collected key={item.currency} item={item} unit={unit} />
            ))}
          </Stack>
        )
      }
    </ReportCard>
  );
}
