import type { CSSProperties } from 'react';
import type { ReminderSet } from '@/api/types';
import classes from './steps-sketch.module.css';
import { axisOf, dayOf, placeOf } from './timeline';

type Brief = ReminderSet['steps_in_brief'][number];

/** The steps as dots on their days, for the eye only: the words stand beside it. */
export function StepsSketch({ steps }: { steps: readonly Brief[] }) {
  const anchor = steps[0]?.anchor;
  if (!anchor) return null;
  const axis = axisOf(anchor, steps);
  const at = (day: number) => ({ '--at': placeOf(day, axis) }) as CSSProperties;
  return (
    <div className={classes.sketch} aria-hidden>
      <span className={classes.zero} style={at(0)} />
      {steps
        .filter((step) => step.anchor === anchor)
        .map((step, index) => (
          <span key={index} className={classes.dot} data-call={step.kind === 'call_task' || undefined} style={at(dayOf(step))} />
        ))}
    </div>
  );
}
