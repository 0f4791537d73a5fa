import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';
import { OwnerOnly } from '@/components/role-note';
import { senderQuery } from '@/features/firm/queries';
import { SenderForm } from '@/features/firm/sender-form';
import { SenderVerification } from '@/features/firm/sender-verification';
import { ThankYouForm } from '@/features/reminder-sets/thank-you-form';
import { thankYouQuery } from '@/features/reminder-sets/thank-you-queries';
import { useMay } from '@/lib/session';

export default function EmailSettings() {
  const mayChange = useMay('own');
  const sender = useQuery({
    ...senderQuery,
    refetchInterval: ({ state }) => (state.data && !state.data.verified_at ? 3000 : false),
  });
  return (
    <Stack>
      <Card title="Email Settings" about="Who the reminders come from. A changed address has to be verified again.">
        <QueryView query={sender}>
          {(data) => (
            <Stack>
              {mayChange ? null : <OwnerOnly />}
              {data.from_email ? <SenderVerification sender={data} disabled={!mayChange} /> : null}
              <SenderForm sender={data} submitLabel="Save" disabled={!mayChange} />
            </Stack>
          )}
        </QueryView>
      </Card>
      <Card title="Thank-you mail" about="A short mail when a payment has come in. It is off until you switch it on.">
        <QueryView query={useQuery(thankYouQuery)}>{(saved) => <ThankYouForm key={JSON.stringify(saved)} saved={saved} disabled={!mayChange} />}</QueryView>
      </Card>
    </Stack>
  );
}
