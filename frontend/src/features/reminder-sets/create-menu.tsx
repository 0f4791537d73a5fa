import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { readyMadeQuery } from './queries';

/** Blank, or one of the ready-made sets. */
export function CreateMenu() {
  const sets = useQuery(readyMadeQuery).data?.items ?? [];
  const navigate = useNavigate();
  const create = (from: string) => void navigate({ to: '/reminder-sets/new', search: { from } });
  return (
    <Menu position="bottom-end" width={320} shadow="md">
      <Menu.Target>
        <Button rightSection={<IconChevronDown size={16} aria-hidden />}>Create reminder sets</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item aria-label="Blank" onClick={() => create('blank')}>
          <Text fw={550}>Blank</Text>
          <Text size="xs" c="dimmed">
            Write your own from the beginning.
          </Text>
        </Menu.Item>
        <Menu.Label>Ready-made</Menu.Label>
        {sets
          .filter((set) => set.key !== 'blank')
          .map((set) => (
            <Menu.Item key={set.key} aria-label={set.name} onClick={() => create(set.key)}>
              <Text fw={550}>{set.name}</Text>
              <Text size="xs" c="dimmed">
                {set.description}
              </Text>
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
