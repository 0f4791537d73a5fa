import { Box, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/card';
import { DayInput } from '@/components/day-input';
import { QueryView } from '@/components/query-view';
import { useDates, useToday } from '@/lib/today';
import { explanationQuery } from './queries';

interface Props {
  invoiceId: string;
  /** The day that is asked about; today if none. */
  on: string | null;
  onChange: (day: string | null) => void;
}

/** Why a mail goes or does not go on a day, and what comes next. */
export function Why({ invoiceId, on, onChange }: Props) {
  const { today } = useToday();
  const { day, instant } = useDates();
  const explanation = useQuery(explanationQuery(invoiceId, on ?? today));
  return (
    <Card title="Why?" about="Why an e-mail goes, or does not go, on a day.">
      <Stack gap="sm">
        <DayInput label="Day" value={on ?? today} onChange={onChange} maw={200} id="why-day" />
        <Box aria-live="polite">
          <QueryView query={explanation}>
            {({ sentence, reasons, next }) => (
              <Stack gap="xs">
                <Text fw={550}>{sentence}</Text>
                {reasons.some((reason) => !sentence.includes(reason.sentence)) ? (
                  <List size="sm" spacing={4}>
                    {reasons.map((reason) => (
                      <List.Item key={reason.code + reason.sentence}>{reason.sentence}</List.Item>
                    ))}
                  </List>
                ) : null}
                {next ? (
                  <Text size="sm" c="dimmed">
                    Next: {next.at ? instant(next.at) : day(next.on)}
                  </Text>
                ) : null}
              </Stack>
            )}
          </QueryView>
        </Box>
      </Stack>
    </Card>
  );
}
