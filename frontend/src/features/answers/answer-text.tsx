import { Anchor, Blockquote, Text } from '@mantine/core';
import type { Answer } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { useDates } from '@/lib/today';
import { useEndAnswerLinks } from './queries';

/** What was said, by whom and when. */
export function AnswerText({ answer }: { answer: Answer }) {
  const { instant } = useDates();
  const end = useEndAnswerLinks(answer.id);
  const mayHold = useMay('hold');
  return (
    <>
      <Text size="sm">“{answer.said}”</Text>
      {answer.note ? (
        <Blockquote p="xs" my={6} fz="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
          {answer.note}
        </Blockquote>
      ) : null}
      <Text size="xs" c="dimmed">
        Answered {instant(answer.created_at)} from a mail to {answer.recipient}
        {mayHold ? (
          <>
            {' · '}
            <Anchor
              component="button"
              type="button"
              size="xs"
              onClick={() =>
                end.mutate(undefined, {
                  onSuccess: () => notifyDone(`The links that ${answer.recipient} has do not work any more.`),
                })
              }
            >
              Switch off their links
            </Anchor>
          </>
        ) : null}
      </Text>
    </>
  );
}
