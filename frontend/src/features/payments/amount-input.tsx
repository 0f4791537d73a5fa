import { NumberInput, type NumberInputProps } from '@mantine/core';
import { formatMoney, minorDigits, toDecimal, toMinor } from '@/lib/money';
import type { Money } from '@/api/types';

interface Props extends Omit<NumberInputProps, 'value' | 'onChange' | 'max'> {
  /** The most that can be said, and the currency. */
  limit: Money;
  value: number | null;
  onChange: (amountMinor: number | null) => void;
}

/** An amount in whole minor units, exact to the cent. */
export function AmountInput({ limit, value, onChange, ...rest }: Props) {
  const digits = minorDigits(limit.currency);
  const max = toDecimal(limit.amount_minor, digits);
  return (
    <NumberInput
      description={`At most ${formatMoney(limit)}`}
      min={0}
      max={Number(max)}
      decimalScale={digits}
      fixedDecimalScale
      thousandSeparator=","
      hideControls
      // A decimal text stays exact; a float might not.
      valueIsNumericString
      value={value === null ? '' : toDecimal(value, digits)}
      onChange={(next) => onChange(toMinor(String(next), digits))}
      {...rest}
    />
  );
}
