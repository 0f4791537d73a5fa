import { Badge, Grid, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { InvoiceDetail } from '@/api/types';
import { BackLink } from '@/components/back-link';
import { Card } from '@/components/card';
import { ClioRemindersNote } from '@/components/clio-reminders-note';
import { LinkButton } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { CollectionActions } from '@/features/collections/collection-actions';
import { CollectionFacts } from '@/features/collections/collection-facts';
import { Plan } from '@/features/collections/plan';
import { collectionQuery, planQuery } from '@/features/collections/queries';
import { Why } from '@/features/collections/why';
import { InvoiceFacts } from '@/features/invoices/invoice-facts';
import { InvoiceLinks } from '@/features/invoices/invoice-links';
import { invoiceQuery, timelineQuery } from '@/features/invoices/queries';
import { Timeline } from '@/features/invoices/timeline';
import { MailDrawer } from '@/features/reminders/mail-drawer';
import { useMay } from '@/lib/session';
import { SECTION_NAMES } from '@/lib/texts';

const route = getRouteApi('/staff/shell/invoices/$invoiceId');

const COLORS = {
  no_reminders: 'gray',
  active_reminders: 'petrol',
  on_hold: 'amber',
  completed: 'gray',
  paid: 'green',
} as const;

function Reminders({ collectionId }: { collectionId: string }) {
  const collection = useQuery(collectionQuery(collectionId));
  const plan = useQuery(planQuery(collectionId));
  return (
    <Card title="Reminders">
      <QueryView query={collection}>{(data) => <CollectionFacts collection={data} />}</QueryView>
      <QueryView query={plan}>{(data) => <Plan items={data.items} />}</QueryView>
    </Card>
  );
}

function Actions({ invoice }: { invoice: InvoiceDetail }) {
  const mayWork = useMay('work');
  const id = invoice.collection?.id;
  const collection = useQuery({ ...collectionQuery(id ?? ''), enabled: id !== undefined }).data;
  const canStart = mayWork && invoice.remindable && (id === undefined || (collection && collection.state !== 'active'));
  return (
    <>
      {collection ? <CollectionActions collection={collection} number={invoice.number} /> : null}
      <InvoiceLinks invoice={invoice} />
      {canStart ? (
        <LinkButton to="/collections/start" search={{ invoice: invoice.id }}>
          Start Collection
        </LinkButton>
      ) : null}
    </>
  );
}

function Status({ invoice }: { invoice: InvoiceDetail }) {
  return (
    <Group gap={8} mt={6}>
      {invoice.section ? <Badge color={COLORS[invoice.section]}>{SECTION_NAMES[invoice.section]}</Badge> : null}
      {invoice.is_split ? <Badge color="gray">Split bill</Badge> : null}
      {invoice.status_note}
    </Group>
  );
}

export default function Invoice() {
  const { invoiceId } = route.useParams();
  const invoice = useQuery(invoiceQuery(invoiceId));
  const timeline = useQuery(timelineQuery(invoiceId));
  const [mailId, setMailId] = useState<string | null>(null);
  return (
    <QueryView query={invoice} loading={<Lines count={8} height={28} />}>
      {(data) => (
        <>
          <PageHeader
            title={`Invoice ${data.number}`}
            about={<Status invoice={data} />}
            back={<BackLink to="/invoices" search={{ section: data.section ?? undefined }}>Invoices</BackLink>}
            actions={<Actions invoice={data} />}
          />
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 7 }} order={{ base: 2, md: 1 }}>
              <Stack gap="lg">
                {data.clio_reminders_enabled ? <ClioRemindersNote /> : null}
                {data.collection ? <Reminders collectionId={data.collection.id} /> : null}
                <Card title="What happened">
                  <QueryView query={timeline}>
                    {({ items }) => <Timeline entries={items} onOpenMail={setMailId} />}
                  </QueryView>
                </Card>
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }} order={{ base: 1, md: 2 }}>
              <Stack gap="lg">
                <Card title="Facts">
                  <InvoiceFacts invoice={data} />
                </Card>
                <Why invoiceId={data.id} />
              </Stack>
            </Grid.Col>
          </Grid>
          <MailDrawer id={mailId} onClose={() => setMailId(null)} />
        </>
      )}
    </QueryView>
  );
}
