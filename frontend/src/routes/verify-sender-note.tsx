import { Group, Text } from '@mantine/core';
import { IconMailExclamation } from '@tabler/icons-react';
import { LinkText } from '@/components/links';
import classes from './app-shell.module.css';

export function VerifySenderNote({ isNeeded }: { isNeeded: boolean }) {
  if (!isNeeded) return null;
  return (
    <Group className={classes.banner} gap={8} wrap="nowrap" align="flex-start" role="region" aria-label="Sender">
      <IconMailExclamation size={18} stroke={1.8} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
      <Text size="sm">
        No e-mail leaves before the sender's address is verified.{' '}
        <LinkText to="/settings/email" c="inherit" td="underline" inherit>
          Verify it in Email Settings
        </LinkText>
      </Text>
    </Group>
  );
}
