import { Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { SendingRules } from '@/api/types';
import { useUpdateSendingRules } from './queries';
import { notifyDone } from '@/lib/notify';
import { useDates } from '@/lib/today';
import { daysOffQuery, holidayCountriesQuery } from './calendar-queries';

const SHOWN = 5;

/** Whose public holidays the firm keeps: on them no mail leaves. */
export function HolidayChoice({ rules, disabled }: { rules: SendingRules; disabled: boolean }) {
  const countries = useQuery(holidayCountriesQuery).data?.items ?? [];
  const update = useUpdateSendingRules();
  const country = countries.find(({ code }) => code === rules.holiday_country);
  const choose = (holiday_country: string | null, holiday_region: string | null) =>
    update.mutate({ holiday_country, holiday_region }, { onSuccess: () => notifyDone('The holidays are saved.') });
  return (
    <Stack gap="sm">
      <Group align="flex-start">
        <Select
          label="Country"
          placeholder="None are kept"
          searchable
          clearable
          flex="1 1 14rem"
          disabled={disabled || update.isPending}
          data={countries.map(({ code, name }) => ({ value: code, label: name }))}
          value={rules.holiday_country}
          onChange={(code) => choose(code, null)}
        />
        <Select
          label="State or region"
          placeholder={country?.regions.length ? 'Only national holidays' : 'No regional holidays'}
          searchable
          clearable
          flex="1 1 14rem"
          disabled={disabled || update.isPending || !country?.regions.length}
          data={(country?.regions ?? []).map(({ code, name }) => ({ value: code, label: name }))}
          value={rules.holiday_region}
          onChange={(code) => choose(rules.holiday_country, code)}
        />
      </Group>
      <NextDaysOff />
    </Stack>
  );
}

function NextDaysOff() {
  const days = useQuery(daysOffQuery).data?.items ?? [];
  const { day } = useDates();
  if (days.length === 0) return null;
  const next = days.slice(0, SHOWN).map(({ on, reason }) => `${day(on)} (${reason})`);
  return (
    <Text size="sm" c="dimmed">
      Next days without mail: {next.join(', ')}
      {days.length > SHOWN ? ', …' : '.'}
    </Text>
  );
}
