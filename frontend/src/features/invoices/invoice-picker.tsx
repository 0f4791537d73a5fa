import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { InvoiceRow } from '@/api/types';
import { formatMoney } from '@/lib/money';
import { invoiceSearchQuery } from './queries';

interface Props {
  value: string | null;
  onChange: (id: string | null) => void;
}

function labelOf(row: InvoiceRow): string {
  return `${row.number} · ${row.client?.name ?? 'No client'} · ${formatMoney(row.balance)}`;
}

/** Finds one invoice by number or client. */
export function InvoicePicker({ value, onChange }: Props) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  const [q] = useDebouncedValue(chosen?.label === text ? '' : text, 250);
  const rows = useQuery(invoiceSearchQuery(q)).data ?? [];
  const options = rows.map((row) => ({ value: row.id, label: labelOf(row) }));
  const data = chosen && !options.some((option) => option.value === chosen.value) ? [chosen, ...options] : options;
  return (
    <Select
      label="Preview with invoice"
      placeholder="Example values"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Use example values' }}
      data={data}
      value={value}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options: all }) => all}
      nothingFoundMessage="No invoice matches"
      onChange={(id) => {
        setChosen(data.find((option) => option.value === id) ?? null);
        onChange(id);
      }}
    />
  );
}
