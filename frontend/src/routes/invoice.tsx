import { Badge, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { InvoiceDetail } from '@/api/types';
import { BackLink } from '@/components/back-link';
import { Card } from '@/components/card';
import { ClioRemindersNote } from '@/components/clio-reminders-note';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import { AnswerList } from '@/features/answers/answer-list';
import { answersQuery } from '@/features/answers/queries';
import { CollectionFacts } from '@/features/collections/collection-facts';
import { collectionQuery } from '@/features/collections/queries';
import { Why } from '@/features/collections/why';
import { sendingRulesQuery } from '@/features/firm/queries';
import { HoldList } from '@/features/holds/hold-list';
import { PromiseList } from '@/features/holds/promise-list';
import { holdsQuery, promisesQuery } from '@/features/holds/queries';
import { InvoiceFacts } from '@/features/invoices/invoice-facts';
import { invoiceQuery } from '@/features/invoices/queries';
import { SECTION_NAMES } from '@/lib/texts';
import { InvoiceActions } from './invoice-actions';
import classes from './invoice.module.css';
import { InvoiceTimeline } from './invoice-timeline';

const route = getRouteApi('/staff/shell/invoices/$invoiceId');

const COLORS = {
  no_reminders: 'gray',
  active_reminders: 'petrol',
  on_hold: 'amber',
  completed: 'gray',
  paid: 'green',
} as const;

function Reminders({ collectionId }: { collectionId: string }) {
  return (
    <Card title="Reminders">
      <QueryView query={useQuery(collectionQuery(collectionId))}>{(data) => <CollectionFacts collection={data} />}</QueryView>
    </Card>
  );
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

function Status({ invoice }: { invoice: InvoiceDetail }) {
  return (
    <Group gap={8} mt={6}>
      {invoice.section ? <Badge color={COLORS[invoice.section]}>{SECTION_NAMES[invoice.section]}</Badge> : null}
      {invoice.is_split ? <Badge color="gray">Split bill</Badge> : null}
      {invoice.status_note}
    </Group>
  );
}

/** Shows the reasons of a day, where the day is asked for. */
function showWhy() {
  const field = document.getElementById('why-day');
  field?.scrollIntoView({ block: 'center' });
  field?.focus({ preventScroll: true });
}

export default function Invoice() {
  const { invoiceId } = route.useParams();
  const invoice = useQuery(invoiceQuery(invoiceId));
  const isLeftToClio = useQuery(sendingRulesQuery).data?.holds_for_other_senders;
  const [whyOn, setWhyOn] = useState<string | null>(null);
  const ask = (day: string) => {
    setWhyOn(day);
    showWhy();
  };
  return (
    <QueryView query={invoice} loading={<Lines count={8} height={28} />}>
      {(data) => (
        <>
          <PageHeader
            title={`Invoice ${data.number}`}
            about={<Status invoice={data} />}
            back={<BackLink to="/invoices" search={{ section: data.section ?? undefined }}>Invoices</BackLink>}
          />
          <div className={classes.page}>
            <Stack gap="lg" className={classes.facts}>
              <Card title="Actions">
                <InvoiceActions invoice={data} />
              </Card>
              <Card title="Facts">
                <InvoiceFacts invoice={data} />
              </Card>
              {data.collection ? <Reminders collectionId={data.collection.id} /> : null}
            </Stack>
            <Stack gap="lg" className={classes.story}>
              {data.clio_reminders_enabled ? <ClioRemindersNote isHeld={isLeftToClio} /> : null}
              <Holds invoice={data} />
              <Answers invoiceId={data.id} />
              <Promises invoiceId={data.id} />
              <InvoiceTimeline invoice={data} onWhy={ask} />
            </Stack>
            <div className={classes.why}>
              <Why invoiceId={data.id} on={whyOn} onChange={setWhyOn} />
            </div>
          </div>
        </>
      )}
    </QueryView>
  );
}
