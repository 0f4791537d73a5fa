import { ActionIcon, Badge, Group, Menu, Title, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import type { Finding } from '@/api/types';
import { count } from '@/lib/texts';
import type { DraftAction, DraftStep } from './editor';

interface Props {
  step: DraftStep;
  number: number;
  of: number;
  findings: readonly Finding[];
  disabled: boolean;
  dispatch: (action: DraftAction) => void;
}

function Notes({ findings }: { findings: readonly Finding[] }) {
  const errors = findings.filter((finding) => finding.level === 'error').length;
  if (errors > 0) return <Badge color="red">{count(errors, 'error')}</Badge>;
  return findings.length === 0 ? null : <Badge color="amber">{count(findings.length, 'note')}</Badge>;
}

/** Which step is being written, and what can be done with it as a whole. */
export function StepHead({ step, number, of, findings, disabled, dispatch }: Props) {
  return (
    <Group justify="space-between" mb="sm" wrap="nowrap">
      <Group gap="xs">
        <Title order={2}>
          Step {number} of {of}
        </Title>
        {step.needs_approval ? <Badge color="gray">Needs approval</Badge> : null}
        <Notes findings={findings} />
      </Group>
      {disabled ? null : (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Tooltip label="Move, duplicate, remove">
              <ActionIcon variant="subtle" color="gray" aria-label={`Actions for step ${String(number)}`}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconArrowUp size={15} aria-hidden />} disabled={number === 1} onClick={() => dispatch({ type: 'move', key: step.key, by: -1 })}>
              Move before the previous step
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowDown size={15} aria-hidden />} disabled={number === of} onClick={() => dispatch({ type: 'move', key: step.key, by: 1 })}>
              Move after the next step
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => dispatch({ type: 'duplicate', key: step.key })}>
              Duplicate
            </Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={15} aria-hidden />} onClick={() => dispatch({ type: 'remove', key: step.key })}>
              Remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
