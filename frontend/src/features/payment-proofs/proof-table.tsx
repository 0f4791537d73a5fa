import { Anchor, Badge, Group, Table, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Money, PaymentProofLine } from '@/api/types';
import { Cell, FramedTable } from '@/components/framed-table';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { useDates } from '@/lib/today';
import { capital, STANDINGS, stripeUrl } from './words';

function Outward({ href, label, children }: { href: string; label: string; children: ReactNode }) {
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" size="xs" title={`${label}, opens in a new tab`}>
      <Group component="span" gap={3} wrap="nowrap" display="inline-flex">
        {children}
        <IconExternalLink size={12} aria-hidden />
      </Group>
    </Anchor>
  );
}

function Side({ money, words, children }: { money: Money | null; words: string; children?: ReactNode }) {
  return (
    <>
      {money ? <MoneyText money={money} /> : <Text c="dimmed">–</Text>}
      <Text size="xs" c="dimmed">
        {capital(words)}
      </Text>
      {children}
    </>
  );
}

function Found({ line }: { line: PaymentProofLine }) {
  const { instant } = useDates();
  const [text, color] = STANDINGS[line.standing];
  return (
    <>
      <Badge color={color}>{text}</Badge>
      <Text size="sm" mt={4}>
        {line.sentence}
      </Text>
      {line.advice ? (
        <Text size="sm" fw={550}>
          {line.advice}
        </Text>
      ) : null}
      {line.standing === 'differs' ? (
        <Text size="xs" c="dimmed">
          Since {instant(line.since)}
        </Text>
      ) : null}
      {line.standing === 'waiting' && line.normal_until ? (
        <Text size="xs" c="dimmed">
          Normal until {instant(line.normal_until)}
        </Text>
      ) : null}
    </>
  );
}

function Row({ line }: { line: PaymentProofLine }) {
  const { instant } = useDates();
  const name = line.invoice_numbers ? `invoice ${line.invoice_numbers}` : 'the payment';
  return (
    <Table.Tr>
      <Cell label="Invoice">
        {line.invoice_numbers && line.invoice_id ? (
          <LinkText to="/invoices/$invoiceId" params={{ invoiceId: line.invoice_id }} fw={550}>
            {line.invoice_numbers}
          </LinkText>
        ) : (
          (line.invoice_numbers ?? 'No invoice')
        )}
        <Text size="xs" c="dimmed">
          {line.client_name ?? 'Unknown client'}
        </Text>
        <Text size="xs" c="dimmed" className="num">
          {instant(line.at)}
        </Text>
      </Cell>
      <Cell label="Stripe">
        <Side money={line.stripe} words={line.stripe_words}>
          {line.stripe_reference ? (
            <Outward href={stripeUrl(line.stripe_reference)} label={`${name} in Stripe`}>
              In Stripe
            </Outward>
          ) : null}
        </Side>
      </Cell>
      <Cell label="Here">
        <Side money={line.here} words={line.here_words}>
          {line.payment_id ? (
            <LinkText
              to="/payments/$paymentId"
              params={{ paymentId: line.payment_id }}
              size="xs"
              aria-label={`Payment for ${name}`}
            >
              Payment
            </LinkText>
          ) : null}
        </Side>
      </Cell>
      <Cell label="Clio">
        <Side money={line.clio} words={line.clio_words}>
          {line.clio_url ? (
            <Outward href={line.clio_url} label={`${name} in Clio`}>
              Bill in Clio
            </Outward>
          ) : null}
        </Side>
      </Cell>
      <Cell label="What was found">
        <Found line={line} />
      </Cell>
    </Table.Tr>
  );
}

/** Stripe, here and Clio side by side, a payment a row; the differences first. */
export function ProofTable({ lines }: { lines: readonly PaymentProofLine[] }) {
  return (
    <FramedTable minWidth={820} verticalSpacing="sm" horizontalSpacing="md" styles={{ td: { verticalAlign: 'top' } }}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Invoice</Table.Th>
          <Table.Th>Stripe</Table.Th>
          <Table.Th>Here</Table.Th>
          <Table.Th>Clio</Table.Th>
          <Table.Th>What was found</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Row key={line.id} line={line} />
        ))}
      </Table.Tbody>
    </FramedTable>
  );
}
