import { Anchor } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import { type AnchorProps } from '@mantine/core';
import { type ComponentPropsWithRef } from 'react';

type Props = AnchorProps & Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>;

function Back({ children, ...rest }: Props) {
  return (
    <Anchor {...rest} size="sm" c="dimmed" display="inline-flex" style={{ alignItems: 'center', gap: 4 }} mb="xs">
      <IconArrowLeft size={14} aria-hidden />
      {children}
    </Anchor>
  );
}

export const BackLink = createLink(Back);
