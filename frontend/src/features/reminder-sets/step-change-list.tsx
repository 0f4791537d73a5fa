import { Text } from '@mantine/core';
import classes from './step-change-list.module.css';
import type { StepChange } from './step-changes';

/** What differs from the saved version, step by step: what was, and what is now. */
export function StepChangeList({ changes }: { changes: readonly StepChange[] }) {
  return (
    <ul className={classes.list} aria-label="What you changed" tabIndex={0}>
      {changes.map((change) => (
        <li key={change.title} className={classes.change}>
          <Text fw={600} size="sm">
            {change.title}
          </Text>
          {change.parts.map((part) => (
            <Text key={part.name} size="sm" component="div">
              <span className={classes.name}>{part.name}: </span>
              <del className={classes.removed}>{part.before}</del> <ins className={classes.added}>{part.after}</ins>
            </Text>
          ))}
          {change.removed.map((line, at) => (
            <Text key={`-${String(at)}`} size="sm" component="div">
              <del className={classes.removed}>{line}</del>
            </Text>
          ))}
          {change.added.map((line, at) => (
            <Text key={`+${String(at)}`} size="sm" component="div">
              <ins className={classes.added}>{line}</ins>
            </Text>
          ))}
        </li>
      ))}
    </ul>
  );
}
