import { Anchor, Button, Group, Paper, Text } from '@mantine/core';
import { count } from '@/lib/texts';
import classes from './selection-bar.module.css';
import { countTicked, type TickAction, type Ticked } from './selection';

interface Props {
  ticked: Ticked;
  loaded: number;
  total: number;
  disabled: boolean;
  dispatch: (action: TickAction) => void;
  onStart: () => void;
  /** What else can be done with the ticked ones. */
  more: React.ReactNode;
}

/** What is ticked, and what can be done with it. Always there, so that nothing jumps. */
export function SelectionBar({ ticked, loaded, total, disabled, dispatch, onStart, more }: Props) {
  const number = countTicked(ticked, total);
  const isWholePage = ticked.kind === 'some' && loaded > 0 && ticked.ids.size >= loaded && total > loaded;
  return (
    <Group gap="sm" wrap="wrap" className={classes.bar} data-stays={number > 0 || undefined}>
      <Text size="sm" c={number ? undefined : 'dimmed'} aria-live="polite">
        {number ? `${count(number, 'invoice')} selected` : 'None selected'}
      </Text>
      {isWholePage ? (
        <Anchor component="button" type="button" size="sm" onClick={() => dispatch({ type: 'everything' })}>
          Select all {total.toLocaleString('en-US')} that match
        </Anchor>
      ) : null}
      {number ? (
        <Anchor component="button" type="button" size="sm" c="dimmed" onClick={() => dispatch({ type: 'clear' })}>
          Clear
        </Anchor>
      ) : null}
      <Group gap="xs" ml="auto">
        {more}
        <Button onClick={onStart} disabled={disabled || number === 0}>
          Start Collection
        </Button>
      </Group>
    </Group>
  );
}

export function Sheet({ children }: { children: React.ReactNode }) {
  return (
    <Paper radius="lg" style={{ overflow: 'clip' }}>
      {children}
    </Paper>
  );
}
