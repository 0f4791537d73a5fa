import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Money, OpenInvoice, Payment } from '@/api/types';
import { FormError } from '@/components/form-error';
import { MoneyText } from '@/components/money-text';
import { QueryView } from '@/components/query-view';
import { formatMoney } from '@/lib/money';
import { notifyDone } from '@/lib/notify';
import { useRequestKey } from '@/lib/request-key';
import { useDates } from '@/lib/today';
import { AmountInput } from './amount-input';
import { openInvoicesQuery, useAssign } from './queries';

interface Props {
  payment: Payment;
  free: Money;
  opened: boolean;
  onClose: () => void;
}

/** Assigns money that matches no open balance to other invoices of the same client. */
export function AssignDialog({ payment, free, opened, onClose }: Props) {
  const invoices = useQuery({ ...openInvoicesQuery(payment.id), enabled: opened });
  return (
    <Modal opened={opened} onClose={onClose} title={`Assign ${formatMoney(free)}`} size="lg">
      <QueryView query={invoices}>
        {({ items }) =>
          items.length > 0 ? (
            <AssignForm payment={payment} free={free} invoices={items} onClose={onClose} />
          ) : (
            <Text>
              {payment.client_name ?? 'This client'} has no other open invoice in {free.currency}. Give the money back, or
              agree with the client.
            </Text>
          )
        }
      </QueryView>
    </Modal>
  );
}

/** The oldest invoices first, as far as the money goes. */
export function spread(free: number, balances: readonly number[]): number[] {
  let left = free;
  return balances.map((balance) => {
    const part = Math.min(left, balance);
    left -= part;
    return part;
  });
}

interface FormProps {
  payment: Payment;
  free: Money;
  invoices: readonly OpenInvoice[];
  onClose: () => void;
}

function AssignForm({ payment, free, invoices, onClose }: FormProps) {
  const { day } = useDates();
  const assign = useAssign(payment.id);
  const [key, nextKey] = useRequestKey();
  const [parts, setParts] = useState(() => spread(free.amount_minor, invoices.map(({ balance }) => balance.amount_minor)));
  const sum = parts.reduce((total, part) => total + part, 0);
  const left = free.amount_minor - sum;
  const money = (amount_minor: number): Money => ({ ...free, amount_minor });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = invoices
      .map(({ id }, place) => ({ invoice_id: id, amount_minor: parts[place] ?? 0 }))
      .filter(({ amount_minor }) => amount_minor > 0);
    assign.mutate(
      { key, body: { parts: wanted } },
      {
        onSuccess: () => {
          nextKey();
          notifyDone(`${formatMoney(money(sum))} is assigned. It can be taken back on the payment's page.`);
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>Open invoices of {payment.client_name ?? 'the same client'}. Reminders for what is paid stop at once.</Text>
        <FormError error={assign.error} />
        <Table.ScrollContainer minWidth={480} type="native">
          <Table verticalSpacing="xs" aria-label="Open invoices">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Invoice</Table.Th>
                <Table.Th ta="right">Owed</Table.Th>
                <Table.Th w={150}>Assign</Table.Th>
                <Table.Th ta="right">Then owed</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {invoices.map((invoice, place) => (
                <Table.Tr key={invoice.id}>
                  <Table.Td>
                    {invoice.number}
                    <Text size="xs" c="dimmed">
                      Due {day(invoice.due_on)}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right">
                    <MoneyText money={invoice.balance} />
                  </Table.Td>
                  <Table.Td>
                    <AmountInput
                      aria-label={`Assign to invoice ${invoice.number}`}
                      description={null}
                      limit={invoice.balance}
                      value={parts[place] ?? 0}
                      onChange={(amount) => setParts(parts.map((part, at) => (at === place ? (amount ?? 0) : part)))}
                    />
                  </Table.Td>
                  <Table.Td ta="right">
                    <MoneyText money={money(invoice.balance.amount_minor - (parts[place] ?? 0))} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Text role="status" c={left < 0 ? 'red' : 'dimmed'} size="sm">
          {left < 0
            ? `${formatMoney(money(-left))} more than there is to assign.`
            : `${formatMoney(money(left))} stays unmatched.`}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={assign.isPending} disabled={sum === 0 || left < 0}>
            Assign {formatMoney(money(sum))}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
