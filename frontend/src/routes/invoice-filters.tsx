import { Button, Group, Pill, Popover, Select, Stack, TextInput } from '@mantine/core';
import { IconFilterPlus } from '@tabler/icons-react';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { choicesQuery } from '@/features/auto-collect/queries';
import { AGE_NAMES, AGES, HOLD_NAMES, HOLDS, type InvoiceFilters } from '@/features/invoices/filters';
import { reminderSetsQuery } from '@/features/reminder-sets/queries';

interface Props {
  filters: InvoiceFilters;
  onChange: (changes: InvoiceFilters) => void;
}

const KINDS = {
  client: 'Client',
  matter: 'Matter',
  attorney: 'Attorney',
  age: 'Age',
  min: 'At least',
  max: 'At most',
  currency: 'Currency',
  set: 'Reminder set',
  hold: 'On hold because',
} as const;
type Kind = keyof typeof KINDS;
const ORDER = Object.keys(KINDS) as Kind[];
const NONE: InvoiceFilters = Object.fromEntries(ORDER.map((kind) => [kind, undefined]));
const AMOUNT = /^\d{1,10}(\.\d{1,3})?$/;

interface Choice {
  value: string;
  label: string;
}

/** What can be chosen of each kind; clients and matters like `q`. */
function useChoices(q: string): (kind: Kind) => Choice[] {
  const found = useQuery(choicesQuery(q)).data;
  const sets = useQuery(reminderSetsQuery).data?.items ?? [];
  const same = (value: string) => ({ value, label: value });
  return (kind) => {
    switch (kind) {
      case 'client':
        return (found?.clients ?? []).map(({ id, name }) => ({ value: id, label: name }));
      case 'matter':
        return (found?.matters ?? []).map(({ id, name }) => ({ value: id, label: name }));
      case 'attorney':
        return (found?.attorneys ?? []).map(same);
      case 'currency':
        return (found?.currencies ?? []).map(same);
      case 'set':
        return sets.map(({ id, name }) => ({ value: id, label: name }));
      case 'age':
        return AGES.map((value) => ({ value, label: AGE_NAMES[value] }));
      case 'hold':
        return HOLDS.map((value) => ({ value, label: HOLD_NAMES[value] }));
      default:
        return [];
    }
  };
}

/** What is left out of the list; it stands in the page's address. */
export function FilterChips({ filters, onChange }: Props) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 200);
  const choicesOf = useChoices(q);
  const set = ORDER.filter((kind) => filters[kind] !== undefined);
  const nameOf = (kind: Kind) => {
    const value = filters[kind] ?? '';
    const isId = kind === 'client' || kind === 'matter' || kind === 'set';
    return choicesOf(kind).find((choice) => choice.value === value)?.label ?? (isId ? 'chosen' : value);
  };
  return (
    <Group gap="xs" mb="xs" role="group" aria-label="Filters">
      {set.map((kind) => (
        <Pill
          key={kind}
          size="lg"
          fz="sm"
          withRemoveButton
          removeButtonProps={{ 'aria-label': `Remove the filter ${KINDS[kind]}`, 'aria-hidden': false, tabIndex: 0 }}
          onRemove={() => onChange({ [kind]: undefined })}
        >
          {KINDS[kind]}: {nameOf(kind)}
        </Pill>
      ))}
      <AddFilter choicesOf={choicesOf} onText={setText} onAdd={(kind, value) => onChange({ [kind]: value })} />
      {set.length > 1 ? (
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(NONE)}>
          Clear the filters
        </Button>
      ) : null}
    </Group>
  );
}

interface AddProps {
  choicesOf: (kind: Kind) => Choice[];
  onText: (text: string) => void;
  onAdd: (kind: Kind, value: string) => void;
}

function AddFilter({ choicesOf, onText, onAdd }: AddProps) {
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind | null>(null);
  const add = (value: string) => {
    if (kind) onAdd(kind, value);
    setOpen(false);
    setKind(null);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={280} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconFilterPlus size={15} aria-hidden />}
          onClick={() => {
            setKind(null);
            setOpen(!open);
          }}
        >
          Add filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Select
            label="Filter by"
            data={ORDER.map((value) => ({ value, label: KINDS[value] }))}
            value={kind}
            onChange={(next) => setKind(ORDER.find((each) => each === next) ?? null)}
            comboboxProps={{ withinPortal: false }}
            allowDeselect={false}
          />
          {kind === 'min' || kind === 'max' ? (
            <Amount key={kind} label={KINDS[kind]} onDone={add} />
          ) : kind ? (
            <Select
              key={kind}
              label={KINDS[kind]}
              searchable
              data={choicesOf(kind)}
              onSearchChange={kind === 'client' || kind === 'matter' ? onText : undefined}
              nothingFoundMessage="Nothing found"
              onChange={(value) => {
                if (value) add(value);
              }}
              comboboxProps={{ withinPortal: false }}
            />
          ) : null}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Amount({ label, onDone }: { label: string; onDone: (value: string) => void }) {
  const [text, setText] = useState('');
  const isAmount = AMOUNT.test(text);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isAmount) onDone(text);
      }}
    >
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          label={label}
          placeholder="1000.00"
          inputMode="decimal"
          value={text}
          onChange={(event) => setText(event.currentTarget.value.replaceAll(',', '').trim())}
        />
        <Button type="submit" disabled={!isAmount}>
          Add
        </Button>
      </Group>
    </form>
  );
}
