import { Box } from '@mantine/core';

interface Props {
  html: string;
  title: string;
  height?: number | string;
}

/** A mail as its reader sees it. The sandbox lets it run nothing and send nothing. */
export function MailFrame({ html, title, height = 460 }: Props) {
  return (
    <Box
      component="iframe"
      sandbox=""
      srcDoc={html}
      title={title}
      w="100%"
      h={height}
      bg="white"
      display="block"
      style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 'var(--mantine-radius-md)', colorScheme: 'light' }}
    />
  );
}
