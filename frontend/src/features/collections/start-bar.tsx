import { Button, Text } from '@mantine/core';
import type { CollectionPreview } from '@/api/types';
import { formatTotals } from '@/lib/money';
import { count } from '@/lib/texts';
import { useDates } from '@/lib/today';
import classes from './start-bar.module.css';

interface Props {
  preview: CollectionPreview | undefined;
  /** The preview is of other choices than those on the page. */
  isOld: boolean;
  mayStart: boolean;
  isStarting: boolean;
  onStart: () => void;
}

/** What one confirms, in one line, with the button that does it: always in sight. */
export function StartBar({ preview, isOld, mayStart, isStarting, onStart }: Props) {
  const { day } = useDates();
  const first = preview?.first_mails[0];
  return (
    <div className={classes.bar}>
      <div aria-live="polite">
        {preview && !isOld ? (
          <>
            <Text fw={600}>
              {count(preview.startable, 'invoice')}
              {preview.startable > 0 ? ` of ${count(preview.clients, 'client')}, ${formatTotals(preview.balances)}` : ''}
            </Text>
            <Text size="sm" c="dimmed">
              {first ? `The first e-mail leaves ${day(first.on)}.` : 'No e-mail would be sent.'}
              {preview.refused.length > 0 ? ` ${count(preview.refused.length, 'invoice')} cannot be reminded.` : ''}
            </Text>
          </>
        ) : (
          <Text c="dimmed">Looking at what would be sent…</Text>
        )}
      </div>
      <Button size="md" flex="none" onClick={onStart} loading={isStarting} disabled={!mayStart || isOld || !preview || preview.startable === 0}>
        Start Collection
      </Button>
    </div>
  );
}
