import { Box } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LOGO_IN_MAIL, logoQuery, withLogo } from '@/lib/logo';

interface Props {
  html: string;
  title: string;
  height?: number | string;
}

/** A mail as its reader sees it. The sandbox lets it run nothing and send nothing. */
export function MailFrame({ html, title, height = 460 }: Props) {
  const logo = useQuery({ ...logoQuery, enabled: html.includes(LOGO_IN_MAIL) }).data ?? null;
  return (
    <Box
      component="iframe"
      sandbox=""
      srcDoc={withLogo(html, logo)}
      title={title}
      w="100%"
      h={height}
      bg="white"
      display="block"
      style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 'var(--mantine-radius-md)', colorScheme: 'light' }}
    />
  );
}
