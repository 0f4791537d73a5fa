import { Box, Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  title: string;
  /** A line under the title. */
  about?: ReactNode;
  /** Above the title: the way back. */
  back?: ReactNode;
  actions?: ReactNode;
}

/** The title of a page. It takes the focus when the page opens, so that a screen reader says where one is. */
export function PageHeader({ title, about, back, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useDocumentTitle(`${title} · Invoice Tracker`);
  useEffect(() => {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Box component="header" mb="lg">
      {back}
      <Group justify="space-between" align="flex-start" gap="md">
        <Box miw={0} style={{ flex: '1 1 16rem' }}>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {about ? (
            <Text c="dimmed" mt={4} maw={720} component="div">
              {about}
            </Text>
          ) : null}
        </Box>
        {actions ? <Group gap="xs">{actions}</Group> : null}
      </Group>
    </Box>
  );
}
