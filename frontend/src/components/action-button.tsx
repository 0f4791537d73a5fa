import { Button, type ButtonProps, Kbd } from '@mantine/core';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './actions.module.css';

interface Props extends ButtonProps {
  /** The single key that does the same, where `Actions` listens. */
  keyName: string;
}

/** One action in a list of actions, with its key. */
export function ActionButton({ keyName, rightSection, ...rest }: Props & Omit<ComponentPropsWithRef<'button'>, keyof Props>) {
  return <Button {...lookOf(keyName, rightSection)} {...rest} />;
}

/** The same for what leads to another page. */
export function lookOf(keyName: string, rightSection?: ReactNode) {
  return {
    variant: 'default',
    fullWidth: true,
    justify: 'flex-start',
    'aria-keyshortcuts': keyName,
    rightSection: (
      <>
        {rightSection}
        <Kbd size="xs" className={classes.key} aria-hidden>
          {keyName}
        </Kbd>
      </>
    ),
    classNames: { section: classes.section },
  } as const;
}
