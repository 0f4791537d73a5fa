import { Group, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useOtherEditors } from './editing-queries';

/** ["Ann", "Bo", "Cy"] → "Ann, Bo and Cy have" */
function whoHas(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? `${last} has` : `${names.slice(0, -1).join(', ')} and ${last} have`;
}

/** Who else has this set open, so that two do not write at once without knowing. */
export function EditorsNote({ setId }: { setId: string }) {
  const others = useOtherEditors(setId);
  return (
    <div role="status">
      {others.length ? (
        <Group gap={8} wrap="nowrap" c="amber" align="flex-start">
          <IconUsers size={18} stroke={1.7} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
          <Text size="sm" c="inherit">
            {whoHas(others.map(({ name }) => name))} this set open too. Whoever saves second is asked first.
          </Text>
        </Group>
      ) : null}
    </div>
  );
}
