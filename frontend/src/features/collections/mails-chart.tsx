import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { Box, Text } from '@mantine/core';
import type { CollectionPreview } from '@/api/types';
import { addDays, daysBetween } from '@/lib/dates';
import { count } from '@/lib/texts';
import { useDates, useToday } from '@/lib/today';

type Days = CollectionPreview['mails_by_day'];

/** Every day from the first to the last one with mails, so that gaps are seen as gaps. */
export function fillDays(days: Days, most = 90): Days {
  const first = days[0]?.on;
  const last = days.at(-1)?.on;
  if (!first || !last) return [];
  const counts = new Map(days.map((day) => [day.on, day.count]));
  const length = Math.min(most, daysBetween(first, last) + 1);
  return Array.from({ length }, (_, index) => {
    const on = addDays(first, index);
    return { on, count: counts.get(on) ?? 0 };
  });
}

export default function MailsChart({ days }: { days: Days }) {
  const { day } = useDates();
  const { today } = useToday();
  const all = days.reduce((sum, entry) => sum + entry.count, 0);
  const first = days[0];
  if (!first) return <Text c="dimmed">No e-mail within the next 90 days.</Text>;
  const data = fillDays(days).map((entry) => ({ day: day(entry.on), 'E-mails': entry.count }));
  return (
    <Box
      role="img"
      aria-label={`${count(all, 'e-mail')} within 90 days, the first on ${day(first.on)}${first.on === today ? ', today' : ''}`}
    >
      <BarChart
        h={150}
        data={data}
        dataKey="day"
        series={[{ name: 'E-mails', color: 'petrol.6' }]}
        gridAxis="x"
        withTooltip
        withYAxis
        yAxisProps={{ width: 28, allowDecimals: false }}
        xAxisProps={{ minTickGap: 40 }}
        barProps={{ radius: [3, 3, 0, 0], isAnimationActive: false, maxBarSize: 26 }}
        tickLine="none"
      />
    </Box>
  );
}
