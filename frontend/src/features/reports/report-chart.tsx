import '@mantine/charts/styles.css';
import { BarChart, type BarChartSeries } from '@mantine/charts';
import { Box } from '@mantine/core';

interface Props {
  /** What it shows, for those who do not see it; the numbers stand in the table below. */
  label: string;
  data: Record<string, string | number>[];
  dataKey: string;
  series: BarChartSeries[];
  /** As exact text, for the bar that is pointed at. */
  exact: (value: number) => string;
  /** For the axis. */
  rough?: (value: number) => string;
  /** Each bar as long as the others, divided by share, and lying. */
  shares?: boolean;
}

export default function ReportChart({ label, data, dataKey, series, exact, rough, shares = false }: Props) {
  const axis = rough ? { tickFormatter: rough } : {};
  return (
    <Box role="img" aria-label={label}>
      <BarChart
        h={shares ? 70 + 44 * data.length : 240}
        data={data}
        dataKey={dataKey}
        series={series}
        type={shares ? 'percent' : 'stacked'}
        orientation={shares ? 'vertical' : 'horizontal'}
        valueFormatter={exact}
        gridAxis={shares ? 'none' : 'x'}
        withLegend={series.length > 1}
        // In the order of the series, not of the alphabet.
        legendProps={{ verticalAlign: 'bottom', itemSorter: null }}
        yAxisProps={shares ? { width: 48 } : { width: 64, ...axis }}
        xAxisProps={shares ? {} : { minTickGap: 24 }}
        barProps={{ isAnimationActive: false, maxBarSize: 44 }}
        tickLine="none"
      />
    </Box>
  );
}
