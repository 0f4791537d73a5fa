import { MultiSelect, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type Draft, digitsOf } from './draft';
import { choicesQuery, type Named } from './queries';

interface Props {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  sets: readonly Named[];
  /** What becomes of steps whose day has passed. */
  backlog: ReactNode;
}

const asNumber = (value: string | number): number | '' => (typeof value === 'number' ? value : '');
const union = (known: readonly string[], chosen: readonly string[]) => [...new Set([...known, ...chosen])].sort();

/** Several clients or matters, found by a part of the name. */
function Finder({ label, kind, value, onChange }: { label: string; kind: 'clients' | 'matters'; value: Named[]; onChange: (chosen: Named[]) => void }) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 250);
  const found = useQuery(choicesQuery(q)).data?.[kind] ?? [];
  const all = [...value, ...found.filter(({ id }) => !value.some((each) => each.id === id))];
  return (
    <MultiSelect
      label={label}
      placeholder={value.length === 0 ? 'Any' : ''}
      searchable
      searchValue={text}
      onSearchChange={setText}
      data={all.map(({ id, name }) => ({ value: id, label: name }))}
      value={value.map(({ id }) => id)}
      onChange={(ids) => onChange(all.filter(({ id }) => ids.includes(id)))}
      nothingFoundMessage="Nothing matches"
    />
  );
}

/** The conditions: all that are given must be true. */
export function RuleForm({ draft, onChange, sets, backlog }: Props) {
  const choices = useQuery(choicesQuery('')).data;
  const isLate = draft.min_days !== '' && draft.max_days !== '' && draft.min_days > draft.max_days;
  const isMore = draft.min_amount !== '' && draft.max_amount !== '' && draft.min_amount > draft.max_amount;
  return (
    <Stack>
      <TextInput label="Name" required maxLength={200} value={draft.name} onChange={(event) => onChange({ name: event.currentTarget.value })} />
      <Select
        label="Reminder set"
        required
        allowDeselect={false}
        data={sets.map(({ id, name }) => ({ value: id, label: name }))}
        value={draft.reminder_set_id}
        onChange={(id) => onChange({ reminder_set_id: id })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput label="Days overdue, at least" description="Negative: before the due date" placeholder="Any" allowDecimal={false} min={-365} max={3650} value={draft.min_days} onChange={(value) => onChange({ min_days: asNumber(value) })} />
        <NumberInput label="Days overdue, at most" description="Empty: no limit" placeholder="Any" allowDecimal={false} min={-365} max={3650} value={draft.max_days} error={isLate ? 'Less than at least.' : null} onChange={(value) => onChange({ max_days: asNumber(value) })} />
        <NumberInput label="Balance, at least" placeholder="Any" min={0} decimalScale={digitsOf(draft.currency)} thousandSeparator="," value={draft.min_amount} onChange={(value) => onChange({ min_amount: asNumber(value) })} />
        <NumberInput label="Balance, at most" placeholder="Any" min={0} decimalScale={digitsOf(draft.currency)} thousandSeparator="," value={draft.max_amount} error={isMore ? 'Less than at least.' : null} onChange={(value) => onChange({ max_amount: asNumber(value) })} />
      </SimpleGrid>
      <Select label="Currency" placeholder="Any" clearable clearButtonProps={{ 'aria-label': 'Any currency' }} data={union(choices?.currencies ?? [], draft.currency ? [draft.currency] : [])} value={draft.currency} onChange={(currency) => onChange({ currency })} />
      <Finder label="Clients" kind="clients" value={draft.clients} onChange={(clients) => onChange({ clients })} />
      <Finder label="Matters" kind="matters" value={draft.matters} onChange={(matters) => onChange({ matters })} />
      <MultiSelect label="Responsible attorneys" description="As in Clio" placeholder={draft.attorneys.length ? '' : 'Any'} searchable data={union(choices?.attorneys ?? [], draft.attorneys)} value={draft.attorneys} onChange={(attorneys) => onChange({ attorneys })} nothingFoundMessage="Nothing matches" />
      <MultiSelect label="Practice areas" description="As in Clio" placeholder={draft.practice_areas.length ? '' : 'Any'} searchable data={union(choices?.practice_areas ?? [], draft.practice_areas)} value={draft.practice_areas} onChange={(areas) => onChange({ practice_areas: areas })} nothingFoundMessage="Nothing matches" />
      {backlog}
    </Stack>
  );
}
