import { ActionIcon, Badge, Group, Paper, Stack, Switch, Text, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useState } from 'react';
import { LinkText } from '@/components/links';
import { notifyDone } from '@/lib/notify';
import { count } from '@/lib/texts';
import { useDates } from '@/lib/today';
import { moved } from './draft';
import { type Rule, useReorder, useSwitchOff } from './queries';
import { ruleSentence } from './sentence';
import { SwitchOnDialog } from './switch-on-dialog';

function names(refs: readonly { name: string }[]): string[] {
  return refs.map(({ name }) => name);
}

function Move({ rule, rules }: { rule: Rule; rules: readonly Rule[] }) {
  const reorder = useReorder();
  const ids = rules.map(({ id }) => id);
  const place = ids.indexOf(rule.id);
  const move = (by: number) => reorder.mutate(moved(ids, rule.id, by));
  return (
    <Stack gap={2}>
      <Tooltip label="Counts earlier">
        <ActionIcon variant="subtle" color="gray" aria-label={`Move ${rule.name} up`} disabled={place === 0 || reorder.isPending} onClick={() => move(-1)}>
          <IconArrowUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Counts later">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Move ${rule.name} down`}
          disabled={place === ids.length - 1 || reorder.isPending}
          onClick={() => move(1)}
        >
          <IconArrowDown size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Stack>
  );
}

function OnOff({ rule, disabled }: { rule: Rule; disabled: boolean }) {
  const [asks, setAsks] = useState(false);
  const switchOff = useSwitchOff(rule.id);
  const toggle = () => {
    if (!rule.is_enabled) setAsks(true);
    else switchOff.mutate(undefined, { onSuccess: () => notifyDone(`“${rule.name}” is off. What it has started goes on.`) });
  };
  return (
    <>
      <Switch
        label={rule.is_enabled ? 'On' : 'Off'}
        aria-label={`${rule.name} is on`}
        checked={rule.is_enabled}
        disabled={disabled || switchOff.isPending || (rule.reminder_set.is_archived && !rule.is_enabled)}
        onChange={toggle}
      />
      <SwitchOnDialog rule={rule} opened={asks} onClose={() => setAsks(false)} />
    </>
  );
}

/** The rules in the order in which they count. */
export function RuleList({ rules, disabled }: { rules: readonly Rule[]; disabled: boolean }) {
  const { instant } = useDates();
  return (
    <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Rules">
      {rules.map((rule, index) => (
        <Paper component="li" key={rule.id} p="md">
          <Group align="flex-start" wrap="nowrap">
            <Text c="dimmed" className="num" miw={18}>
              {index + 1}
            </Text>
            <div style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
              <Group gap={8}>
                <LinkText to="/auto-collect/$ruleId" params={{ ruleId: rule.id }} fw={550}>
                  {rule.name}
                </LinkText>
                {rule.reminder_set.is_archived ? <Badge color="amber">Its set is archived: it starts nothing</Badge> : null}
              </Group>
              <Text size="sm">
                {ruleSentence({ ...rule, clients: names(rule.clients), matters: names(rule.matters) }, rule.reminder_set.name)}
              </Text>
              <Text size="xs" c="dimmed" mt={4}>
                {rule.started === 0 ? 'Nothing started yet' : `${count(rule.started, 'collection')} started, ${String(rule.active)} active`}
                {rule.is_enabled && rule.last_run_at ? ` · looked at ${instant(rule.last_run_at)}` : ''}
              </Text>
            </div>
            <OnOff rule={rule} disabled={disabled} />
            {disabled || rules.length < 2 ? null : <Move rule={rule} rules={rules} />}
          </Group>
        </Paper>
      ))}
    </Stack>
  );
}
