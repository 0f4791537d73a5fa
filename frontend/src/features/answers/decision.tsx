import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Answer, AnswerDecision } from '@/api/types';
import { notifyUndo } from '@/lib/notify-undo';
import { useMay } from '@/lib/session';
import { PlanDialog } from './plan-dialog';
import { useDecideAnswer, useReopenAnswer } from './queries';
import { ANSWER_WORDS } from './words';

/** The two ways to deal with an answer; either can be undone. */
export function Decision({ answer }: { answer: Answer }) {
  const [opened, { open, close }] = useDisclosure(false);
  const reopen = useReopenAnswer(answer.id);
  const words = ANSWER_WORDS[answer.kind];
  const decide = useDecideAnswer(answer.id, ({ verdict }) => {
    notifyUndo(verdict === 'accept' ? words.accepted : words.declined, () => reopen.mutate());
    close();
  });
  const mayHold = useMay('hold');
  const run = (body: AnswerDecision, failed?: (error: unknown) => void) => decide.mutate(body, { onError: failed });
  return (
    <>
      <Button
        variant="default"
        disabled={!mayHold || decide.isPending}
        onClick={() => run({ verdict: 'decline', until: null, note: '' })}
      >
        {words.decline}
      </Button>
      <Button
        disabled={!mayHold}
        loading={decide.isPending && !opened}
        onClick={answer.kind === 'plan' ? open : () => run({ verdict: 'accept', until: null, note: '' })}
      >
        {words.accept}
      </Button>
      <PlanDialog
        opened={opened}
        onClose={close}
        busy={decide.isPending}
        error={decide.error}
        onSubmit={(values, failed) => run({ verdict: 'accept', ...values }, failed)}
      />
    </>
  );
}
