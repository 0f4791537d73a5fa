import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';
import { OwnerOnly } from '@/components/role-note';
import { Closures } from '@/features/firm/closures';
import { HolidayChoice } from '@/features/firm/holiday-choice';
import { GroupingChoice } from '@/features/firm/grouping-choice';
import { sendingRulesQuery } from '@/features/firm/queries';
import { SafeModeSwitch } from '@/features/firm/safe-mode-switch';
import { SendingRulesForm } from '@/features/firm/sending-rules-form';
import { useMay } from '@/lib/session';
import { useToday } from '@/lib/today';

export default function SendingRulesSettings() {
  const mayChange = useMay('own');
  const { timeZone } = useToday();
  return (
    <QueryView query={useQuery(sendingRulesQuery)}>
      {(rules) => (
        <Stack>
          {mayChange ? null : <OwnerOnly />}
          <Card title="Safe Mode">
            <SafeModeSwitch isOn={rules.safe_mode} disabled={!mayChange} />
          </Card>
          <Card title="Sending rules" about={`When reminders may leave, by the firm's clock (${timeZone}).`}>
            <SendingRulesForm rules={rules} disabled={!mayChange} />
          </Card>
          <Card title="Several invoices of one client" about="Invoices that are due for a reminder on the same day can share one e-mail.">
            <GroupingChoice rules={rules} disabled={!mayChange} />
          </Card>
          <Card title="Public holidays" about="No e-mail leaves on them; what is due goes on the next day.">
            <HolidayChoice rules={rules} disabled={!mayChange} />
          </Card>
          <Card title="Closures" about="Days on which your firm is closed. Reminders wait and lose nothing.">
            <Closures disabled={!mayChange} />
          </Card>
        </Stack>
      )}
    </QueryView>
  );
}
