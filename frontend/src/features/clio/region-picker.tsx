import { Button, Group, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ClioConnection } from '@/api/types';
import { useConnectClio } from './queries';

/** Clio keeps each firm's data in one region; the log-in goes there. */
export function RegionPicker({ connection, label }: { connection: ClioConnection; label: string }) {
  const firstReady = connection.regions.find((region) => region.configured)?.key ?? 'us';
  const [region, setRegion] = useState(connection.region ?? firstReady);
  const connect = useConnectClio();
  const isReady = connection.regions.some(({ key, configured }) => key === region && configured);
  return (
    <Stack align="flex-start">
      <Radio.Group
        label="Where is your Clio account?"
        description="It is in the address you use for Clio, for example app.clio.com or eu.app.clio.com."
        value={region}
        onChange={(value) => setRegion(value as typeof region)}
      >
        <Stack gap={8} mt="sm">
          {connection.regions.map(({ key, name, configured }) => (
            <Radio
              key={key}
              value={key}
              label={name}
              disabled={!configured}
              description={configured ? undefined : 'Not set up on this installation'}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Group>
        <Button onClick={() => connect.mutate(region)} loading={connect.isPending || connect.isSuccess} disabled={!isReady}>
          {label}
        </Button>
      </Group>
    </Stack>
  );
}
