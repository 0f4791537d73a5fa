import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { AmountInput } from './amount-input';
import { asQuery, exportAddress } from './queries';

it.each([
  ['USD', 85_000, '850.00', '12.5', 1_250],
  ['JPY', 85_000, '85,000', '1200', 1_200],
  ['KWD', 85_000, '85.000', '1.25', 1_250],
  ['ISK', 85_000, '850.00', '12', 1_200],
])('types an amount in %s', (currency, amount_minor, shown, typed, minor) => {
  const onChange = vi.fn();
  render(
    <MantineProvider>
      <AmountInput label="Amount" limit={{ amount_minor, currency }} value={amount_minor} onChange={onChange} />
    </MantineProvider>,
  );
  const field = screen.getByLabelText('Amount');
  expect(field).toHaveValue(shown);
  fireEvent.change(field, { target: { value: typed } });
  expect(onChange).toHaveBeenLastCalledWith(minor);
});

it('takes no decimals where the currency has none', () => {
  const onChange = vi.fn();
  render(
    <MantineProvider>
      <AmountInput label="Amount" limit={{ amount_minor: 900, currency: 'JPY' }} value={null} onChange={onChange} />
    </MantineProvider>,
  );
  fireEvent.change(screen.getByLabelText('Amount'), { target: { value: '12.50' } });
  expect(onChange).not.toHaveBeenCalledWith(1_250);
});

it('filters by amounts of whichever currency', () => {
  expect(asQuery({ min: '0.5', max: '1234.567', record: 'queued' })).toEqual({
    at_least: '0.5',
    at_most: '1234.567',
    record_state: 'queued',
  });
  expect(exportAddress({ min: '100' })).toBe('/api/v1/payments/export?at_least=100');
});
