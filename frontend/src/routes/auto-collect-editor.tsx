import { Alert, Button, Grid, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Card } from '@/components/card';
import { FormError } from '@/components/form-error';
import { askedOf, type Draft, newDraft, toDraft, toInput } from '@/features/auto-collect/draft';
import { DryRunView } from '@/features/auto-collect/dry-run';
import { dryRunQuery, type Named, type Rule, useDeleteRule, useSaveRule } from '@/features/auto-collect/queries';
import { RuleForm } from '@/features/auto-collect/rule-form';
import { ruleSentence } from '@/features/auto-collect/sentence';
import { BacklogChoice } from '@/features/collections/backlog-choice';
import { notifyDone } from '@/lib/notify';
import { count } from '@/lib/texts';

function DeleteButton({ rule }: { rule: Rule }) {
  const remove = useDeleteRule();
  const navigate = useNavigate();
  const ask = () =>
    modals.openConfirmModal({
      title: `Delete “${rule.name}”?`,
      children: <Text>It starts nothing more. Collections that it has started go on.</Text>,
      labels: { confirm: 'Delete', cancel: 'Keep it' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate(rule.id, { onSuccess: () => void navigate({ to: '/auto-collect' }) }),
    });
  return (
    <Button variant="light" color="red" onClick={ask} loading={remove.isPending}>
      Delete
    </Button>
  );
}

/** The form, its sentence, and beside it what it would start. */
export function RuleEditor({ rule, sets }: { rule: Rule | null; sets: readonly Named[] }) {
  const [draft, setDraft] = useState<Draft>(() => (rule ? toDraft(rule) : newDraft(sets[0]?.id ?? null)));
  const [settled] = useDebouncedValue(draft, 400);
  const save = useSaveRule(rule?.id ?? null);
  const navigate = useNavigate();
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const input = toInput(draft);
  const tried = toInput(settled);
  const request = { rule: tried, rule_id: rule?.id ?? null };
  const found = useQuery({ ...dryRunQuery({ ...request, show: 'starting', limit: 20 }), enabled: tried !== null });
  const isShown = draft === settled && found.data !== undefined && !found.isFetching;
  const setName = sets.find(({ id }) => id === draft.reminder_set_id)?.name ?? '…';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (input === null) return;
    save.mutate(
      { rule: input, expected: found.data?.starting ?? null },
      {
        onSuccess: (saved) => {
          notifyDone(saved.is_enabled ? 'The rule is saved.' : 'The rule is saved. Switch it on in the list.');
          void navigate({ to: '/auto-collect' });
        },
      },
    );
  };
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Card title="Rule">
          <form onSubmit={submit}>
            <Stack>
              <RuleForm
                draft={draft}
                onChange={change}
                sets={sets}
                backlog={<BacklogChoice value={draft.backlog} onChange={(backlog) => change({ backlog })} />}
              />
              {rule?.is_enabled && isShown ? (
                <Alert color="amber">
                  This rule is on: {count(found.data?.starting ?? 0, 'invoice')} will start right after you save.
                </Alert>
              ) : null}
              <FormError error={save.error} />
              <Group>
                <Button type="submit" loading={save.isPending} disabled={input === null || (rule?.is_enabled && !isShown)}>
                  Save
                </Button>
                {rule ? <DeleteButton rule={rule} /> : null}
              </Group>
            </Stack>
          </form>
        </Card>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Card title="Dry run" about={<span aria-live="polite">{ruleSentence(askedOf(draft), setName)}</span>}>
          {tried === null ? <Text c="dimmed">Choose a reminder set and conditions that make sense.</Text> : <DryRunView request={request} />}
        </Card>
      </Grid.Col>
    </Grid>
  );
}
