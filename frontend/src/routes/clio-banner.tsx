import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ClioConnection } from '@/api/types';
import { clioQuery, useConnectClio } from '@/features/clio/queries';
import { useMay } from '@/lib/session';
import classes from './app-shell.module.css';

/** What happened, for everyone; nothing for a firm that has never been connected. */
const HAPPENED: Partial<Record<ClioConnection['state'], string>> = {
  needs_reconnect: 'Clio no longer accepts our access: it was taken back in Clio, or its user was removed.',
  disconnected: 'Clio is disconnected.',
};

/** On every page while Clio cannot be read, so that nobody wonders why no reminder leaves. */
export function ClioBanner({ isNeeded }: { isNeeded: boolean }) {
  const connection = useQuery({ ...clioQuery, enabled: isNeeded }).data;
  const connect = useConnectClio();
  const mayConnect = useMay('own');
  const happened = connection && HAPPENED[connection.state];
  if (!isNeeded || !happened) return null;
  const region = connection.region;
  return (
    <Group className={classes.banner} justify="space-between" gap="xs" role="region" aria-label="Clio is not connected">
      <Group gap={8} wrap="nowrap" align="flex-start" style={{ flex: '1 1 16rem' }}>
        <IconPlugConnectedX size={18} stroke={1.8} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
        <Text size="sm">
          {happened} Reminders wait until it is connected again.
          {mayConnect ? '' : ' Ask the owner to reconnect.'}
        </Text>
      </Group>
      {mayConnect && region ? (
        <Button
          size="compact-sm"
          variant="outline"
          color="amber"
          c="inherit"
          loading={connect.isPending || connect.isSuccess}
          onClick={() => connect.mutate({ region })}
        >
          Reconnect to Clio
        </Button>
      ) : null}
    </Group>
  );
}
