import { Box } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { LOGO_IN_MAIL, logoQuery, withLogo } from '@/lib/logo';

interface Props {
  html: string;
  title: string;
  height?: number | string;
  /** Show it as in a window of so many pixels, made smaller where there is less room. */
  width?: number;
  /** Without a border: it stands in something that has one. */
  isPlain?: boolean;
}

/** A mail as its reader sees it. The sandbox lets it run nothing and send nothing. */
export function MailFrame({ html, title, height = 460, width, isPlain = false }: Props) {
  const logo = useQuery({ ...logoQuery, enabled: html.includes(LOGO_IN_MAIL) }).data ?? null;
  const { ref, width: room } = useElementSize();
  const scale = width && room ? Math.min(1, room / width) : 1;
  return (
    <Box ref={ref} h={height} style={{ overflow: 'hidden' }}>
      <Box
        component="iframe"
        sandbox=""
        srcDoc={withLogo(html, logo)}
        title={title}
        bg="white"
        display="block"
        style={{
          width: `${String(100 / scale)}%`,
          height: `${String(100 / scale)}%`,
          transform: `scale(${String(scale)})`,
          transformOrigin: '0 0',
          border: isPlain ? 0 : '1px solid var(--mantine-color-default-border)',
          borderRadius: isPlain ? 0 : 'var(--mantine-radius-md)',
          colorScheme: 'light',
        }}
      />
    </Box>
  );
}
