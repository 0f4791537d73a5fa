import { useState } from 'react';
import type { Upcoming } from '@/api/types';
import { ReasonDialog } from '@/components/reason-dialog';
import { VariablePicker } from '@/features/reminder-sets/variable-picker';
import { EditDrawer } from '@/features/upcoming/edit-drawer';
import { type Review, useReview } from '@/features/upcoming/queries';
import { forWhich, type Verb } from '@/features/upcoming/words';
import { notifyDone, notifyFailed } from '@/lib/notify';
import { count } from '@/lib/texts';

const DONE: Record<Review['decision'], string> = {
  approve: 'approved',
  edit: 'changed and approved',
  veto: 'vetoed',
  undo: 'planned again as before',
};

/** What is decided about one or several, the dialogs it needs, and what came of it. */
export function useDecisions(onDone?: () => void) {
  const review = useReview();
  const [edited, setEdited] = useState<Upcoming | null>(null);
  const [vetoed, setVetoed] = useState<Upcoming[]>([]);
  const decide = (items: readonly Upcoming[], decision: Review) =>
    review.mutate(
      { items, review: decision },
      {
        onSuccess: ({ done, failed }) => {
          if (done) notifyDone(`${count(done, 'reminder is', 'reminders are')} ${DONE[decision.decision]}.`);
          if (failed.length) notifyFailed(failed[0]);
          if (failed.length === 0) {
            setEdited(null);
            setVetoed([]);
            onDone?.();
          }
        },
      },
    );
  const start = (verb: Verb, items: readonly Upcoming[]) => {
    const able = forWhich(items, verb);
    if (able.length === 0) return;
    if (verb === 'edit') setEdited(able[0] ?? null);
    else if (verb === 'veto') setVetoed(able);
    else decide(able, { decision: verb });
  };
  return { start, decide, review, edited, setEdited, vetoed, setVetoed };
}

/** Another text for one, or the reason of a veto. */
export function DecisionDialogs({ decisions }: { decisions: ReturnType<typeof useDecisions> }) {
  const { edited, vetoed, review } = decisions;
  return (
    <>
      <EditDrawer
        item={edited}
        busy={review.isPending}
        onClose={() => decisions.setEdited(null)}
        onSave={(text) => edited && decisions.decide([edited], { decision: 'edit', ...text })}
        variables={VariablePicker}
      />
      <ReasonDialog
        opened={vetoed.length > 0}
        onClose={() => decisions.setVetoed([])}
        title={vetoed.length > 1 ? `Veto ${count(vetoed.length, 'reminder')}?` : 'Veto this reminder?'}
        label="Reason"
        confirm="Veto"
        busy={review.isPending}
        onSubmit={(reason) => decisions.decide(vetoed, { decision: 'veto', reason })}
      >
        It does not go. The next step of the series follows on its day.
      </ReasonDialog>
    </>
  );
}
