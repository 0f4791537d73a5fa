import { Alert, Code, Grid, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { BackLink } from '@/components/back-link';
import { Card } from '@/components/card';
import { Facts } from '@/components/facts';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { PageHeader } from '@/components/page-header';
import { Lines, QueryView } from '@/components/query-view';
import type { PaymentDetail } from '@/api/types';
import { AssignmentList } from '@/features/payments/assignment-list';
import { PaidTogether } from '@/features/payments/paid-together';
import { RefundButton, UndoButton } from '@/features/payments/payment-actions';
import { RecordBadge, SOURCES, StateBadge, methodName } from '@/features/payments/payment-badges';
import { PaymentStory } from '@/features/payments/payment-story';
import { paymentQuery } from '@/features/payments/queries';
import { InClioNote } from '@/features/payments/refund-dialog';
import { RefundList } from '@/features/payments/refund-list';
import { ThreeFacts } from '@/features/payments/three-facts';
import { RecordActions } from '@/features/payments/to-record-list';
import { AssignButton } from '@/features/payments/unmatched-list';
import { formatMoney } from '@/lib/money';
import { useDates } from '@/lib/today';

const route = getRouteApi('/staff/shell/payments/$paymentId');

function Notes({ payment }: { payment: PaymentDetail }) {
  const { instant } = useDates();
  const wasGivenBack = payment.refunded.amount_minor > 0;
  return (
    <Stack gap="sm" mb="lg">
      {payment.unmatched ? (
        <Alert color="amber">
          {formatMoney(payment.unmatched)} of this payment matches no open balance. Assign it to another invoice of the
          client, or give it back.
        </Alert>
      ) : null}
      {payment.voided_at ? (
        <Alert color="gray">
          Undone by {payment.voided_by ?? 'unknown'}, {instant(payment.voided_at)}: {payment.void_reason}
        </Alert>
      ) : null}
      {wasGivenBack ? <InClioNote payment={payment} /> : null}
    </Stack>
  );
}

export default function PaymentPage() {
  const { paymentId } = route.useParams();
  const payment = useQuery(paymentQuery(paymentId));
  const { day, instant } = useDates();
  return (
    <QueryView query={payment} loading={<Lines count={6} height={28} />}>
      {(data) => (
        <>
          <PageHeader
            title={`Payment of ${formatMoney(data.amount)}`}
            about={
              <Group gap={8} mt={6}>
                <StateBadge payment={data} />
                <RecordBadge payment={data} />
              </Group>
            }
            back={<BackLink to="/payments">Payments</BackLink>}
            actions={
              <>
                {data.record_state === 'queued' ? <RecordActions payment={data} /> : null}
                <UndoButton payment={data} />
                <RefundButton payment={data} />
                <AssignButton payment={data} />
              </>
            }
          />
          <Notes payment={data} />
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 7 }}>
              <Card title="Facts">
                <Facts
                  items={[
                    ['Amount', <MoneyText key="amount" money={data.amount} />],
                    ['Refunded', data.refunded.amount_minor ? <MoneyText key="refunded" money={data.refunded} /> : null],
                    ['Client', data.client_name],
                    [
                      'Invoice',
                      data.invoice ? (
                        <LinkText to="/invoices/$invoiceId" params={{ invoiceId: data.invoice.id }}>
                          {data.invoice.number}
                        </LinkText>
                      ) : null,
                    ],
                    ['Source', SOURCES[data.source]],
                    ['Method', data.method ? methodName(data.method) : null],
                    ['Paid', data.paid_at ? instant(data.paid_at) : null],
                    ['Received on', data.received_on ? day(data.received_on) : null],
                    ['Reference', data.reference],
                    [data.is_assigned ? 'Assigned by' : 'Noted by', data.noted_by],
                    [
                      'Taken from',
                      data.assigned_from ? (
                        <LinkText key="from" to="/payments/$paymentId" params={{ paymentId: data.assigned_from }}>
                          another payment
                        </LinkText>
                      ) : null,
                    ],
                    ['Stripe reference', data.stripe_reference ? <Code>{data.stripe_reference}</Code> : null],
                  ]}
                />
              </Card>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <Card title="Three facts" about="Stripe, this ledger and Clio, kept apart.">
                <Stack>
                  <ThreeFacts payment={data} />
                  {data.record_note ? <Alert color="gray">{data.record_note}</Alert> : null}
                </Stack>
              </Card>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 7 }}>
              <Card title="What happened">
                <PaymentStory story={data.story} />
              </Card>
            </Grid.Col>
            {data.refunds.length > 0 || data.assigned_to.length > 0 ? (
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Stack gap="lg">
                  {data.refunds.length > 0 ? (
                    <Card title="Refunds">
                      <RefundList refunds={data.refunds} />
                    </Card>
                  ) : null}
                  {data.assigned_to.length > 0 ? (
                    <Card title="Assigned to other invoices">
                      <AssignmentList assignments={data.assigned_to} />
                    </Card>
                  ) : null}
                </Stack>
              </Grid.Col>
            ) : null}
            {data.paid_together.length > 0 ? (
              <Grid.Col span={12}>
                <PaidTogether payment={data} />
              </Grid.Col>
            ) : null}
          </Grid>
        </>
      )}
    </QueryView>
  );
}
