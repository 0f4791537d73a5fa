import { Select } from '@mantine/core';
import type { Client } from '@/api/types';
import { notifyDone } from '@/lib/notify';
import { useMay } from '@/lib/session';
import { timeZones } from '@/lib/time-zones';
import { useUpdateClient } from './queries';

/** By whose clock a client's reminders leave, where it is not the firm's. */
export function TimeZoneChoice({ client, firmZone }: { client: Client; firmZone: string }) {
  const update = useUpdateClient(client.id);
  const mayWork = useMay('work');
  const zone = client.time_zone;
  return (
    <Select
      label="Time zone"
      description={`Reminders leave in your sending hours by this clock. Without one: by yours (${firmZone}).`}
      placeholder={firmZone}
      searchable
      clearable
      disabled={!mayWork || update.isPending}
      data={timeZones(zone ?? firmZone)}
      value={zone}
      onChange={(time_zone) =>
        update.mutate(
          { time_zone },
          { onSuccess: () => notifyDone(`Reminders for ${client.name} leave by the clock of ${time_zone ?? firmZone}.`) },
        )
      }
    />
  );
}
