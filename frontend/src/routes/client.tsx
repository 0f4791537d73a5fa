import { Box, Button, Grid, Group, Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { BackLink } from '@/components/back-link';
import { Card } from '@/components/card';
import { ClioRemindersNote } from '@/components/clio-reminders-note';
import { Facts } from '@/components/facts';
import { TotalsText } from '@/components/money-text';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { AddressList } from '@/features/clients/address-list';
import { OverrideForm } from '@/features/clients/override-form';
import { clientQuery } from '@/features/clients/queries';
import { TimeZoneChoice } from '@/features/clients/time-zone-choice';
import { sendingRulesQuery } from '@/features/firm/queries';
import { PauseButton } from '@/features/holds/pause-button';
import { PauseNote } from '@/features/holds/pause-note';
import { pauseOfClient } from '@/features/holds/pauses';
import { pausesQuery } from '@/features/holds/queries';
import { invoicesQuery } from '@/features/invoices/queries';
import { ShortList } from '@/features/invoices/short-list';
import { count } from '@/lib/texts';
import { useToday } from '@/lib/today';

const route = getRouteApi('/staff/shell/clients/$clientId');

function ClientInvoices({ clientId }: { clientId: string }) {
  const list = useInfiniteQuery(invoicesQuery({ client_id: clientId, sort: '-due_on' }));
  if (!list.data) return <Lines count={5} />;
  return (
    <Stack>
      <ShortList rows={list.data.pages.flatMap((page) => page.items)} />
      {list.hasNextPage ? (
        <Group>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

export default function ClientPage() {
  const { clientId } = route.useParams();
  const { timeZone } = useToday();
  const isLeftToClio = useQuery(sendingRulesQuery).data?.holds_for_other_senders;
  const pause = pauseOfClient(useQuery(pausesQuery).data?.items, clientId);
  return (
    <QueryView query={useQuery(clientQuery(clientId))} loading={<Lines count={6} height={28} />}>
      {(client) => (
        <>
          <PageHeader
            title={client.name}
            about={
              <>
                {count(client.open_invoices, 'open invoice')} · <TotalsText totals={client.balance} />
              </>
            }
            back={<BackLink to="/invoices">Invoices</BackLink>}
            actions={
              <PauseButton
                whom={{ clientId }}
                pause={pause}
                label="Pause reminders to this client"
                about={`No reminder goes to ${client.name}, about any invoice.`}
                paused={`Reminders to ${client.name} are paused.`}
                resumed={`Reminders to ${client.name} go on.`}
              />
            }
          />
          {pause ? <PauseNote pause={pause} /> : null}
          {client.clio_reminders_enabled ? (
            <Box mb="lg">
              <ClioRemindersNote isHeld={isLeftToClio} />
            </Box>
          ) : null}
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 7 }}>
              <Card title="Invoices">
                <ClientInvoices clientId={clientId} />
              </Card>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <Card title="E-mail address">
                <Stack>
                  <Facts
                    items={[
                      ['In Clio', client.email ?? 'None'],
                      ['Reminders go to', client.effective_email ?? 'No one: there is no e-mail address'],
                    ]}
                  />
                  <AddressList client={client} />
                  <OverrideForm key={client.email_override} client={client} />
                  <TimeZoneChoice client={client} firmZone={timeZone} />
                </Stack>
              </Card>
            </Grid.Col>
          </Grid>
        </>
      )}
    </QueryView>
  );
}
