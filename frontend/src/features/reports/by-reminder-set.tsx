import { Group, Select, Stack, Text, Title } from '@mantine/core';
import { IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { formatMoney } from '@/lib/money';
import { count } from '@/lib/texts';
import { OpenInvoices } from './open-invoices';
import { NumberTable } from './number-table';
import type { Period } from './period';
import { PeriodBar } from './period-bar';
import { byReminderSetQuery, fileAddress } from './queries';
import { ReportCard, ReportChart } from './report-card';
import { daysText, roughMoney } from './words';

const WINDOWS = [3, 7, 14, 30, 60];

interface Props {
  period: Period;
  onChange: (period: Period) => void;
}

function Steps({ item }: { item: Schemas['ByReminderSetOut'] }) {
  const { currency, steps } = item;
  return (
    <Stack gap="xs">
      <Title order={3}>
        {currency}: {formatMoney(item.after_reminders)} after a reminder
      </Title>
      {steps.length > 0 ? (
        <ReportChart
          label={`Paid after a reminder in ${currency}, by set and step`}
          data={steps.map((step) => ({ step: `${step.reminder_set_name}, ${String(step.position)}`, 'Paid after it': step.amount.amount_minor }))}
          dataKey="step"
          series={[{ name: 'Paid after it', color: 'petrol.6' }]}
          exact={(amount_minor) => formatMoney({ amount_minor, currency })}
          rough={roughMoney(currency)}
        />
      ) : null}
      <NumberTable
        label={`Paid in ${currency}, by set and step`}
        heads={['Set and step', 'Sent', 'Payments', 'Paid after it']}
        rows={[
          ...steps.map((step) => ({
            key: step.step_id,
            name: (
              <>
                <LinkText to="/reminder-sets/$setId" params={{ setId: step.reminder_set_id }}>
                  {step.reminder_set_name}
                </LinkText>
                , step {step.position}
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {step.subject}
                </Text>
              </>
            ),
            cells: [step.sent, step.payments, formatMoney(step.amount)],
          })),
          {
            key: 'none',
            name: 'After no reminder',
            cells: ['', item.payments_without_reminder, formatMoney(item.without_reminder)],
          },
        ]}
      />
    </Stack>
  );
}

export function ByReminderSetReport({ period, onChange }: Props) {
  const [days, setDays] = useState(14);
  const asked = { from_day: period.from, to_day: period.to, window_days: days };
  return (
    <ReportCard
      title="Collected by reminder set and step"
      counted={`Each payment is counted for the last e-mail that was sent about its invoice before it, if that was not more than ${daysText(days)} earlier. It shows what came after what: a client may have paid anyway. An e-mail about several invoices counts once for each.`}
      file={fileAddress('by-reminder-set', asked)}
      query={useQuery(byReminderSetQuery(period, days))}
      controls={
        <Group align="flex-end" gap="sm">
          <PeriodBar period={period} onChange={onChange} />
          <Select
            label="Counted for the e-mail"
            allowDeselect={false}
            data={WINDOWS.map((window) => ({ value: String(window), label: `within ${count(window, 'day')}` }))}
            value={String(days)}
            onChange={(value) => setDays(Number(value))}
          />
        </Group>
      }
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconMailForward} title="Nothing was sent or paid during this time" action={<OpenInvoices />}>
            Tick invoices and press Start Collection; what is paid after each e-mail appears here.
          </EmptyState>
        ) : (
          <Stack gap="xl">
            {items.map((item) => (
              <Steps key={item.currency} item={item} />
            ))}
          </Stack>
        )
      }
    </ReportCard>
  );
}
