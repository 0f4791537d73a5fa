import { Group, List, Text, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import type { StripePermission } from '@/api/types';

function Mark({ permission }: { permission: StripePermission }) {
  const [Icon, color, words] = permission.is_granted
    ? ([IconCheck, 'green', 'Allowed'] as const)
    : permission.is_required
      ? ([IconX, 'red', 'Missing'] as const)
      : ([IconAlertTriangle, 'yellow', 'Missing, not required'] as const);
  return (
    <Text component="span" c={color} lh={1}>
      <Icon size={18} aria-hidden />
      <VisuallyHidden>{words}: </VisuallyHidden>
    </Text>
  );
}

/** Each permission of a key with what it is for, and what is different without it. */
export function PermissionList({ permissions }: { permissions: readonly StripePermission[] }) {
  return (
    <List listStyleType="none" spacing="xs" aria-label="Permissions of the key" styles={{ itemWrapper: { display: 'block' } }}>
      {permissions.map((one) => (
        <List.Item key={one.key}>
          <Group wrap="nowrap" align="flex-start" gap="xs">
            <Mark permission={one} />
            <div>
              <Text size="sm" fw={550}>
                {one.name}: {one.access}
              </Text>
              <Text size="sm" c="dimmed">
                {one.is_granted || one.without_it === null ? one.purpose : one.without_it}
              </Text>
            </div>
          </Group>
        </List.Item>
      ))}
    </List>
  );
}
