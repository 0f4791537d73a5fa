import { Button, Menu, ScrollArea } from '@mantine/core';
import { IconMail, IconPhone, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Step } from '@/api/types';
import { whenText } from '@/lib/step-words';
import { nextStep } from './editor';
import { readyMadeQuery } from './queries';

interface Props {
  steps: readonly Step[];
  onAdd: (step: Step) => void;
}

/** Own steps and those of ready-made sets, to mix and match. */
export function AddStep({ steps, onAdd }: Props) {
  const sets = useQuery(readyMadeQuery).data?.items ?? [];
  return (
    <Menu position="bottom-end" width={300} shadow="md">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconPlus size={16} aria-hidden />}>
          Add a step
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconMail size={16} aria-hidden />} onClick={() => onAdd(nextStep(steps, 'email'))}>
          E-mail
        </Menu.Item>
        <Menu.Item leftSection={<IconPhone size={16} aria-hidden />} onClick={() => onAdd(nextStep(steps, 'call_task'))}>
          Call
        </Menu.Item>
        <ScrollArea.Autosize mah={300} type="auto">
          {sets
            .filter((set) => set.steps.length > 0)
            .map((set) => (
              <div key={set.key}>
                <Menu.Label>Ready-made: {set.name}</Menu.Label>
                {set.steps.map((step, index) => (
                  <Menu.Item key={index} onClick={() => onAdd(step)}>
                    {step.kind === 'email' ? 'E-mail' : 'Call'}, {whenText(step).toLowerCase()}
                  </Menu.Item>
                ))}
              </div>
            ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
