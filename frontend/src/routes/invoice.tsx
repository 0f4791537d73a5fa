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
import { AnswerList } from '@/features/answers/answer-list';
import { answersQuery } from '@/features/answers/queries';
import { CollectionActions } from '@/features/collections/collection-actions';
import { CollectionFacts } from '@/features/collections/collection-facts';
import { Plan } from '@/features/collections/plan';
import { collectionQuery, planQuery } from '@/features/collections/queries';
import { Why } from '@/features/collections/why';
import { sendingRulesQuery } from '@/features/firm/queries';
import { ClientSays } from '@/features/holds/client-says';
import { HoldList } from '@/features/holds/hold-list';
import { PromiseList } from '@/features/holds/promise-list';
import { holdsQuery, promisesQuery } from '@/features/holds/queries';
import { ResolveDispute } from '@/features/holds/resolve-dispute';
import { InvoiceFacts } from '@/features/invoices/invoice-facts';
import { InvoiceLinks } from '@/features/invoices/invoice-links';
import { invoiceQuery, timelineQuery } from '@/features/invoices/queries';
import { Timeline } from '@/features/invoices/timeline';
import { NotePayment } from '@/features/payments/note-payment-dialog';
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

/** Reminders to come, as steps that a broken promise may go on with. */
function useStepsToCome(collectionId: string | undefined) {
  const plan = useQuery({ ...planQuery(collectionId ?? ''), enabled: collectionId !== undefined }).data?.items ?? [];
  const labels = new Map(plan.map((item) => [item.step_position, `step ${String(item.step_position)}: ${item.subject}`]));
  return [...labels].map(([position, label]) => ({ position, label }));
}

function WhatClientSays({ invoice, collectionId }: { invoice: InvoiceDetail; collectionId: string | undefined }) {
  const mayHold = useMay('hold');
  const holds = useQuery(holdsQuery(invoice.id)).data?.items;
  const steps = useStepsToCome(collectionId);
  if (!mayHold || invoice.clio_state !== 'awaiting_payment' || invoice.section === 'paid') return null;
  if (holds?.some(({ kind, can_resume }) => kind === 'dispute' && can_resume))
    return <ResolveDispute invoiceId={invoice.id} number={invoice.number} />;
  return <ClientSays invoiceId={invoice.id} number={invoice.number} balance={invoice.balance} steps={steps} />;
}

function Holds({ invoice }: { invoice: InvoiceDetail }) {
  const holds = useQuery(holdsQuery(invoice.id)).data?.items ?? [];
  const id = invoice.collection?.id;
  const collection = useQuery({ ...collectionQuery(id ?? ''), enabled: id !== undefined }).data;
  const isActive = collection?.state === 'active';
  if (holds.length === 0 || invoice.section === 'paid') return null;
  return (
    <Card title={isActive ? 'On hold' : 'Held, if reminders are started'}>
      <HoldList holds={holds} clientId={invoice.client?.id} setId={isActive ? collection.reminder_set.id : undefined} />
    </Card>
  );
}

function Promises({ invoiceId }: { invoiceId: string }) {
  const promises = useQuery(promisesQuery(invoiceId)).data?.items ?? [];
  if (promises.length === 0) return null;
  return (
    <Card title="Promises to pay">
      <PromiseList promises={promises} />
    </Card>
  );
}

function Answers({ invoiceId }: { invoiceId: string }) {
  const answers = useQuery(answersQuery(invoiceId)).data?.items ?? [];
  if (answers.length === 0) return null;
  return (
    <Card title="The client’s answers">
      <AnswerList answers={answers} invoiceId={invoiceId} />
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
      <WhatClientSays invoice={invoice} collectionId={collection?.state === 'active' ? id : undefined} />
      {mayWork && invoice.clio_state === 'awaiting_payment' && invoice.balance.amount_minor > 0 ? (
        <NotePayment invoiceId={invoice.id} balance={invoice.balance} />
      ) : null}
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
  const isLeftToClio = useQuery(sendingRulesQuery).data?.holds_for_other_senders;
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
                {data.clio_reminders_enabled ? <ClioRemindersNote isHeld={isLeftToClio} /> : null}
                <Holds invoice={data} />
                {data.collection ? <Reminders collectionId={data.collection.id} /> : null}
                <Answers invoiceId={data.id} />
                <Promises invoiceId={data.id} />
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
