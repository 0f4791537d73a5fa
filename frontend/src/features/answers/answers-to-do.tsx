import { Group, Paper, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import type { Answer } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkText } from '@/components/links';
import { Lines, QueryView } from '@/components/query-view';
import { dayOf } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { useDates, useToday } from '@/lib/today';
import { AnswerText } from './answer-text';
import { Decision } from './decision';
import { answersToDoQuery } from './queries';
import { ANSWER_WORDS, waiting } from './words';

function Item({ answer }: { answer: Answer }) {
  const { timeZone } = useToday();
  const { day } = useDates();
  const lines = answer.invoices.filter((line) => line.replaced_at === null);
  return (
    <Paper p="md" component="li">
      <Group justify="space-between" gap="md">
        <div style={{ minWidth: 0, flex: '1 1 18rem' }}>
          <Text fw={550}>{ANSWER_WORDS[answer.kind].task}</Text>
          <Text size="sm">
            <LinkText to="/clients/$clientId" params={{ clientId: answer.client.id }} underline="always">
              {answer.client.name}
            </LinkText>
            {lines.map((line) => (
              <Fragment key={line.invoice.id}>
                {', invoice '}
                <LinkText to="/invoices/$invoiceId" params={{ invoiceId: line.invoice.id }} underline="always">
                  {line.invoice.number}
                </LinkText>
                {` (${formatMoney(line.balance)})`}
              </Fragment>
            ))}
          </Text>
          <AnswerText answer={answer} />
          <Text size="xs" c="dimmed">
            {waiting(answer, (instant) => day(dayOf(instant, timeZone)))}
          </Text>
        </div>
        <Group gap="xs">
          <Decision answer={answer} />
        </Group>
      </Group>
    </Paper>
  );
}

/** What clients have answered without logging in, for a person to decide about. */
export function AnswersToDo() {
  return (
    <QueryView query={useQuery(answersToDoQuery)} loading={<Lines count={4} height={60} />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title="Nothing to do">
            No client’s answer waits for a decision.
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <Text c="dimmed">
              What clients have answered from an e-mail. Reminders wait until you decide; where a client says to have
              paid, for a week; where one names a day, until then.
            </Text>
            <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
              {items.map((answer) => (
                <Item key={answer.id} answer={answer} />
              ))}
            </Stack>
          </Stack>
        )
      }
    </QueryView>
  );
}
