import { Group, Paper, type PaperProps, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props extends PaperProps {
  title: string;
  about?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled part of a page. */
export function Card({ title, about, aside, children, ...paper }: Props) {
  return (
    <Paper component="section" p={{ base: 'md', sm: 'lg' }} aria-label={title} {...paper}>
      <Group justify="space-between" align="flex-start" mb={about ? 4 : 'sm'} gap="xs">
        <Title order={2}>{title}</Title>
        {aside}
      </Group>
      {about ? (
        <Text c="dimmed" size="sm" mb="md" component="div">
          {about}
        </Text>
      ) : null}
      {children}
    </Paper>
  );
}
