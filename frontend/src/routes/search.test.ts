import { describe, expect, it } from 'vitest';
import { selectionOf } from './collection-start';
import { parseInvoiceSearch, parseSearch, parseStartSearch, stringifySearch } from './search';

describe('the address', () => {
  it('keeps a number as the text it is', () => {
    expect(parseInvoiceSearch(parseSearch('?q=1042&section=paid'))).toMatchObject({ q: '1042', section: 'paid' });
  });

  it('drops what it does not know', () => {
    expect(parseInvoiceSearch({ section: 'everything', sort: 'size', q: '' })).toEqual({});
  });

  it('goes there and back', () => {
    const search = { q: 'Ríos & Co', sort: '-balance' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
    expect(stringifySearch({ q: undefined })).toBe('');
  });
});

describe('what a collection is started for', () => {
  it('one invoice', () => {
    expect(selectionOf(parseStartSearch({ invoice: 'i1' }), undefined)).toEqual({ invoice_ids: ['i1'] });
  });

  it('all that match', () => {
    const search = parseStartSearch(parseSearch('?all=true&section=no_reminders&q=bakery&client=c1'));
    expect(selectionOf(search, ['ignored'])).toEqual({
      all_matching: { section: 'no_reminders', q: 'bakery', client_id: 'c1' },
    });
  });

  it('the ticked ones, or nothing', () => {
    expect(selectionOf({}, ['i1', 'i2'])).toEqual({ invoice_ids: ['i1', 'i2'] });
    expect(selectionOf({}, [])).toBeNull();
    expect(selectionOf({}, undefined)).toBeNull();
  });
});
