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
import { PaidTogether } from '@/features/payments/paid-together';
import { RecordBadge, SOURCES, StateBadge } from '@/features/payments/payment-badges';
import { paymentQuery } from '@/features/payments/queries';
import { ThreeFacts } from '@/features/payments/three-facts';
import { RecordActions } from '@/features/payments/to-record-list';
import { formatMoney } from '@/lib/money';
import { useDates } from '@/lib/today';

const route = getRouteApi('/staff/shell/payments/$paymentId');

export default function PaymentPage() {
  const { paymentId } = route.useParams();
  const payment = useQuery(paymentQuery(paymentId));
  const { instant } = useDates();
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
            actions={data.record_state === 'waiting' ? <RecordActions payment={data} /> : null}
          />
          {data.overpaid ? (
            <Alert color="amber" mb="lg">
              {formatMoney(data.overpaid)} more than was owed. Refund it in Stripe, or agree with the client.
            </Alert>
          ) : null}
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
                    ['Method', data.method?.replaceAll('_', ' ') ?? null],
                    ['Paid', data.paid_at ? instant(data.paid_at) : null],
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
