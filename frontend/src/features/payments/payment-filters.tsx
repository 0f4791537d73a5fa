import { Button, Collapse, Group, NumberInput, Pill, Select, SimpleGrid, Stack } from '@mantine/core';
import { IconDownload, IconFilter } from '@tabler/icons-react';
import { useState } from 'react';
import { DayInput } from '@/components/day-input';
import { SearchBox } from '@/components/search-box';
import { PAYMENT_METHODS, PAYMENT_SOURCES, PAYMENT_STATES, RECORD_STATES, type PaymentFilters } from './filters';
import { RECORDS, SOURCES, STATES, methodName } from './payment-badges';
import { exportAddress } from './queries';

interface Props {
  filters: PaymentFilters;
  clientName: string | undefined;
  onChange: (changes: PaymentFilters) => void;
}

const FOLDED = ['state', 'source', 'method', 'record', 'from', 'to', 'min', 'max'] as const;

/** What is shown of all payments; it stands in the page's address. */
export function PaymentFilterBar({ filters, clientName, onChange }: Props) {
  const chosen = FOLDED.filter((name) => filters[name] !== undefined).length;
  const [open, setOpen] = useState(chosen > 0);
  const set = (changes: PaymentFilters) => onChange({ ...filters, ...changes });
  const none = Object.fromEntries(FOLDED.map((name) => [name, undefined]));
  return (
    <Stack gap="sm">
      <Group>
        <SearchBox
          value={filters.q ?? ''}
          label="Search by invoice, client or reference"
          onChange={(text) => set({ q: text || undefined })}
        />
        <Button
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {chosen > 0 ? `Filters (${String(chosen)})` : 'Filters'}
        </Button>
        <Button
          component="a"
          href={exportAddress(filters)}
          download="payments.csv"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Download as CSV
        </Button>
        {filters.client ? (
          <Pill withRemoveButton size="lg" removeButtonProps={{ 'aria-label': 'All clients' }} onRemove={() => set({ client: undefined })}>
            {clientName ?? 'One client'}
          </Pill>
        ) : null}
      </Group>
      <Collapse expanded={open}>
        <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" role="group" aria-label="Filters">
          <Choice label="Payment" values={PAYMENT_STATES} value={filters.state} name={(value) => STATES[value][0]} onChange={(state) => set({ state })} />
          <Choice label="In Clio" values={RECORD_STATES} value={filters.record} name={(value) => RECORDS[value][0]} onChange={(record) => set({ record })} />
          <Choice label="Source" values={PAYMENT_SOURCES} value={filters.source} name={(value) => SOURCES[value]} onChange={(source) => set({ source })} />
          <Choice label="Method" values={PAYMENT_METHODS} value={filters.method} name={methodName} onChange={(method) => set({ method })} />
          <DayInput label="From" value={filters.from ?? null} max={filters.to} onChange={(day) => set({ from: day ?? undefined })} />
          <DayInput label="To" value={filters.to ?? null} min={filters.from} onChange={(day) => set({ to: day ?? undefined })} />
          <Amount label="At least" value={filters.min} onChange={(min) => set({ min })} />
          <Amount label="At most" value={filters.max} onChange={(max) => set({ max })} />
        </SimpleGrid>
        {chosen > 0 ? (
          <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => set(none)}>
            Clear the filters
          </Button>
        ) : null}
      </Collapse>
    </Stack>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  values: readonly Value[];
  value: Value | undefined;
  name: (value: Value) => string;
  onChange: (value: Value | undefined) => void;
}

function Choice<Value extends string>({ label, values, value, name, onChange }: ChoiceProps<Value>) {
  return (
    <Select
      label={label}
      placeholder="Any"
      clearable
      data={values.map((each) => ({ value: each, label: name(each) }))}
      value={value ?? null}
      onChange={(next) => onChange(values.find((each) => each === next))}
    />
  );
}

/** Written into the address when the field is left, not with each key. */
function Amount(props: { label: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const [shown, setShown] = useState(props.value);
  const [text, setText] = useState<string | number>(props.value ?? '');
  if (shown !== props.value) {
    setShown(props.value);
    setText(props.value ?? '');
  }
  return (
    <NumberInput
      label={props.label}
      placeholder="Any"
      min={0}
      decimalScale={3}
      hideControls
      value={text}
      onChange={setText}
      onBlur={() => props.onChange(text === '' ? undefined : String(text))}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}
