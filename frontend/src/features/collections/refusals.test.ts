import { expect, it } from 'vitest';
import { byReason } from './refusals';

const refused = (number: string, reason: string) => ({ invoice_id: number, number, client_name: null, reason });

it('puts together what is refused for one reason, the most frequent first', () => {
  const groups = byReason([refused('1', 'No address'), refused('2', 'Too old'), refused('3', 'Too old'), refused('4', 'Active')]);
  expect(groups.map(({ reason, invoices }) => [reason, invoices.map(({ number }) => number)])).toEqual([
    ['Too old', ['2', '3']],
    ['Active', ['4']],
    ['No address', ['1']],
  ]);
  expect(byReason([])).toEqual([]);
});
