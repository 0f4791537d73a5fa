import { Button, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClioConnection } from '@/api/types';
import { useConnectClio } from './queries';

type Region = ClioConnection['regions'][number];

interface RegionsProps {
  regions: readonly Region[];
  value: Region['key'];
  onChange: (key: Region['key']) => void;
}

function Regions({ regions, value, onChange }: RegionsProps) {
  return (
    <Radio.Group
      label="Where is your Clio account?"
      description="Look at the address you use for Clio: if it begins with eu., choose Europe and United Kingdom."
      value={value}
      onChange={(chosen) => onChange(chosen as Region['key'])}
    >
      <Stack gap={10} mt="sm">
        {regions.map((region) => (
          <Radio
            key={region.key}
            value={region.key}
            label={region.name}
            disabled={!region.configured}
            description={region.how_to_set_up ?? region.host}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

interface Props {
  connection: ClioConnection;
  label: string;
}

/** Clio keeps each firm's data in one region; the log-in goes there. A firm stays in its region. */
export function RegionPicker({ connection, label }: Props) {
  const { regions } = connection;
  const [chosen, setChosen] = useState(regions.find((region) => region.configured)?.key ?? 'us');
  const connect = useConnectClio();
  const region = connection.region ?? chosen;
  const present = regions.find(({ key }) => key === region);
  return (
    <Stack align="flex-start">
      {connection.region === null ? <Regions regions={regions} value={chosen} onChange={setChosen} /> : null}
      {connection.region !== null && present?.how_to_set_up ? <Text size="sm">{present.how_to_set_up}</Text> : null}
      <Button
        onClick={() => connect.mutate({ region })}
        loading={connect.isPending || connect.isSuccess}
        disabled={!present?.configured}
      >
        {label}
      </Button>
      <Text size="sm" c="dimmed">
        {connection.region === null
          ? 'If Clio does not accept your log-in there, come back here and choose another region: each one knows its own accounts only.'
          : 'Log in to the same Clio account as before. An account in another region needs its own firm here.'}
      </Text>
    </Stack>
  );
}
