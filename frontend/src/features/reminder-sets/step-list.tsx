import { ActionIcon, Badge, Group, Menu, Text, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconDots, IconMail, IconPhone, IconTrash } from '@tabler/icons-react';
import type { Finding } from '@/api/types';
import { repeatText, whenText } from '@/lib/step-words';
import type { DraftAction, DraftStep } from './editor';
import classes from './step-list.module.css';

interface Props {
  steps: readonly DraftStep[];
  selected: string | null;
  findings: readonly Finding[];
  disabled: boolean;
  dispatch: (action: DraftAction) => void;
}

function Notes({ findings }: { findings: readonly Finding[] }) {
  const errors = findings.filter((finding) => finding.level === 'error').length;
  if (errors > 0) return <Badge color="red" size="sm">{errors === 1 ? '1 error' : `${String(errors)} errors`}</Badge>;
  if (findings.length === 0) return null;
  return <Badge color="amber" size="sm">{findings.length === 1 ? '1 note' : `${String(findings.length)} notes`}</Badge>;
}

function StepMenu({ step, name, isFirst, isLast, dispatch }: { step: DraftStep; name: string; isFirst: boolean; isLast: boolean } & Pick<Props, 'dispatch'>) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label="Move, duplicate, remove">
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconArrowUp size={15} aria-hidden />} disabled={isFirst} onClick={() => dispatch({ type: 'move', key: step.key, by: -1 })}>
          Move up
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowDown size={15} aria-hidden />} disabled={isLast} onClick={() => dispatch({ type: 'move', key: step.key, by: 1 })}>
          Move down
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => dispatch({ type: 'duplicate', key: step.key })}>
          Duplicate
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={15} aria-hidden />} onClick={() => dispatch({ type: 'remove', key: step.key })}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The steps on a vertical line. Alt with an arrow key moves the one that has the focus. */
export function StepList({ steps, selected, findings, disabled, dispatch }: Props) {
  if (steps.length === 0) return <Text c="dimmed" size="sm">No steps yet. Add the first one.</Text>;
  return (
    <ol className={classes.list} aria-label="Steps">
      {steps.map((step, index) => {
        const name = `step ${String(index + 1)}`;
        const Icon = step.kind === 'email' ? IconMail : IconPhone;
        return (
          <li key={step.key} className={classes.item} data-selected={step.key === selected || undefined}>
            <span className={classes.bullet} aria-hidden>
              <Icon size={14} stroke={1.8} />
            </span>
            <button
              type="button"
              className={classes.step}
              aria-current={step.key === selected ? 'step' : undefined}
              onClick={() => dispatch({ type: 'select', key: step.key })}
              onKeyDown={(event) => {
                if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || disabled) return;
                event.preventDefault();
                dispatch({ type: 'move', key: step.key, by: event.key === 'ArrowUp' ? -1 : 1 });
              }}
            >
              <Text fw={550} size="sm">{whenText(step)}</Text>
              <Text size="xs" c="dimmed" truncate>
                {[step.kind === 'email' ? step.subject : 'Call task', repeatText(step)].filter(Boolean).join(', ')}
              </Text>
              <Group gap={4} mt={2}>
                {step.needs_approval ? <Badge size="sm" color="gray">Needs approval</Badge> : null}
                <Notes findings={findings.filter((finding) => finding.step_index === index)} />
              </Group>
            </button>
            {disabled ? null : (
              <StepMenu step={step} name={name} isFirst={index === 0} isLast={index === steps.length - 1} dispatch={dispatch} />
            )}
          </li>
        );
      })}
    </ol>
  );
}
