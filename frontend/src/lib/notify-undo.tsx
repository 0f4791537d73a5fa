import { Anchor, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Says what was done, and offers to take it back. */
export function notifyUndo(message: string, undo: () => void): void {
  const id = notifications.show({
    color: 'green',
    autoClose: 10_000,
    message: (
      <Group gap="sm" justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Anchor
          component="button"
          type="button"
          size="sm"
          fw={600}
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Anchor>
      </Group>
    ),
  });
}
