import { describe, expect, it } from 'vitest';
import { countTicked, isTicked, NONE, pageState, reduceTicked, type Ticked } from './selection';

const loaded = ['a', 'b', 'c'];
const some = (...ids: string[]): Ticked => ({ kind: 'some', ids: new Set(ids) });
const ALL: Ticked = { kind: 'all' };

describe('ticking invoices', () => {
  it('one by one, and back', () => {
    const once = reduceTicked(NONE, { type: 'toggle', id: 'b', loaded });
    expect(once).toEqual(some('b'));
    expect(reduceTicked(once, { type: 'toggle', id: 'b', loaded })).toEqual(some());
  });

  it('never changes what was there before', () => {
    const before = some('a');
    reduceTicked(before, { type: 'toggle', id: 'b', loaded });
    expect(before).toEqual(some('a'));
  });

  it('a range adds to what is ticked', () => {
    expect(reduceTicked(some('z'), { type: 'range', ids: ['a', 'b'] })).toEqual(some('z', 'a', 'b'));
  });

  it('the page, then all that match', () => {
    const page = reduceTicked(NONE, { type: 'page', loaded, isTicked: true });
    expect(countTicked(page, 173)).toBe(3);
    const all = reduceTicked(page, { type: 'everything' });
    expect(countTicked(all, 173)).toBe(173);
    expect(isTicked(all, 'not loaded yet')).toBe(true);
  });

  it('unticking one of all that match keeps the others that are loaded', () => {
    expect(reduceTicked(ALL, { type: 'toggle', id: 'b', loaded })).toEqual(some('a', 'c'));
  });

  it('knows the state of the box over the list', () => {
    expect(pageState(NONE, loaded)).toBe('none');
    expect(pageState(some('a'), loaded)).toBe('some');
    expect(pageState(some('a', 'b', 'c'), loaded)).toBe('all');
    expect(pageState(ALL, loaded)).toBe('all');
    expect(pageState(some('elsewhere'), loaded)).toBe('none');
  });
});
