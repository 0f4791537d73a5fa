import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Answer } from '@/api/types';
import { useDates } from '@/lib/today';
import { AnswerText } from './answer-text';
import { Decision } from './decision';
import { ANSWER_STATES, ANSWER_WORDS } from './words';

interface Props {
  answers: readonly Answer[];
  invoiceId: string;
}

/** What the client has answered about an invoice, the latest first. */
export function AnswerList({ answers, invoiceId }: Props) {
  const { instant } = useDates();
  return (
    <Stack component="ul" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
      {answers.map((answer) => {
        const isHere = answer.invoices.some((line) => line.invoice.id === invoiceId && line.replaced_at === null);
        const [label, color] = ANSWER_STATES[isHere ? answer.state : 'replaced'];
        return (
          <li key={answer.id}>
            <Group gap={8} justify="space-between">
              <Text fw={550}>{ANSWER_WORDS[answer.kind].task}</Text>
              <Badge color={color}>{label}</Badge>
            </Group>
            <AnswerText answer={answer} />
            {answer.ended_by && answer.ended_at ? (
              <Text size="xs" c="dimmed">
                {label} by {answer.ended_by}, {instant(answer.ended_at)}
                {answer.end_note ? `: ${answer.end_note}` : ''}
              </Text>
            ) : null}
            {isHere && answer.state === 'open' ? (
              <Group gap="xs" mt="xs">
                <Decision answer={answer} />
              </Group>
            ) : null}
          </li>
        );
      })}
    </Stack>
  );
}
