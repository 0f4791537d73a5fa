import { Button, Code, Menu, ScrollArea, Text } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { variablesQuery } from './queries';
import { thanksVariablesQuery } from './thank-you-queries';

interface Props {
  of?: 'reminders' | 'thanks';
  onPick: (name: string) => void;
  disabled: boolean;
}

/** Puts a variable where the cursor is. */
export function VariablePicker({ of = 'reminders', onPick, disabled }: Props) {
  const variables = useQuery(of === 'thanks' ? thanksVariablesQuery : variablesQuery).data?.items ?? [];
  return (
    <Menu position="bottom-end" width={340} shadow="md" returnFocus={false}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" disabled={disabled} leftSection={<IconBraces size={14} aria-hidden />}>
          Insert a variable
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={340} type="auto">
          {variables.map((variable) => (
            <Menu.Item key={variable.name} onClick={() => onPick(variable.name)}>
              <Code>{variable.name}</Code>
              <Text size="xs" c="dimmed" mt={2}>
                {variable.meaning}. Example: {variable.example}
              </Text>
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
