import { Box, Center, Group, Paper, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Logo } from './logo';

/** The frame of the pages one sees before being logged in. */
export function PublicFrame({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  useDocumentTitle(`${title} · Invoice Tracker`);
  return (
    <Center mih="100dvh" p="md" component="main">
      <Box w="100%" maw={440}>
        <Group mb="lg" justify="center">
          <Logo />
        </Group>
        <Paper p={{ base: 'lg', sm: 'xl' }} shadow="xs">
          <Title order={1}>{title}</Title>
          {about ? (
            <Text c="dimmed" mt={4}>
              {about}
            </Text>
          ) : null}
          <Box mt="lg">{children}</Box>
        </Paper>
      </Box>
    </Center>
  );
}
