import { type Query, QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isConcerned, type Noun } from './keys';
import { listen, pauseBefore } from './stream';
import { gatherer } from './use-live';

function queryOf(...queryKey: unknown[]) {
  return new QueryClient().getQueryCache().build(new QueryClient(), { queryKey }) as unknown as Query;
}

describe('isConcerned', () => {
  it.each<[unknown[], Noun[], boolean]>([
    [['payments', 'list', {}], ['payments'], true],
    [['invoices', 'sections', {}], ['payments'], true],
    [['stripe', 'connection'], ['payments'], false],
    [['invoices', 'timeline', 'i1'], ['timeline'], true],
    [['invoices', 'list', {}], ['timeline'], false],
    [['thank-you', 'text'], ['stripe', 'thank-you'], true],
    // What somebody is writing is left alone.
    [['reminder-sets', 'preview', {}], ['reminder-sets'], false],
    [['upcoming', 'draft', {}, null], ['upcoming' as Noun, 'reminders'], false],
    // A kind of a newer server.
    [['invoices', 'list', {}], ['moons' as Noun], true],
  ])('%j of %j: %s', (key, nouns, expected) => {
    expect(isConcerned(queryOf(...key), nouns)).toBe(expected);
  });
});

it('waits longer each time, and never all at the same moment', () => {
  expect([0, 1, 2, 10].map((attempt) => pauseBefore(attempt, 1))).toEqual([1000, 2000, 4000, 60_000]);
  expect(pauseBefore(3, 0)).toBe(4000);
});

describe('over time', () => {
  class FakeSource {
    static all: FakeSource[] = [];
    onmessage: ((event: { data: string }) => void) | null = null;
    onerror: (() => void) | null = null;
    isClosed = false;
    constructor(public url: string) {
      FakeSource.all.push(this);
    }
    close() {
      this.isClosed = true;
    }
    say(...nouns: string[]) {
      this.onmessage?.({ data: JSON.stringify({ nouns }) });
    }
  }
  const last = () => FakeSource.all.at(-1) as FakeSource;
  let isHidden = false;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeSource);
    FakeSource.all = [];
    isHidden = false;
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
  });
  afterEach(() => {
    vi.useRealTimers();
    Reflect.deleteProperty(document, 'hidden');
  });

  it('gathers a burst, and then keeps a distance', () => {
    const told: Noun[][] = [];
    const { add } = gatherer((nouns) => told.push([...nouns]));
    add(['invoices']);
    add(['payments', 'invoices']);
    vi.advanceTimersByTime(400);
    expect(told).toEqual([['invoices', 'payments']]);
    add(['holds']);
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1_500);
    expect(told[1]).toEqual(['holds']);
  });

  it('says when the line stands, breaks and stands again', () => {
    const on = { onOpen: vi.fn(), onNouns: vi.fn(), onLost: vi.fn() };
    const close = listen(on);
    expect(on.onOpen).not.toHaveBeenCalled();
    last().say();
    last().say('invoices');
    expect(on.onOpen).toHaveBeenCalledTimes(1);
    expect(on.onNouns).toHaveBeenCalledExactlyOnceWith(['invoices']);
    last().onerror?.();
    expect(on.onLost).toHaveBeenCalledTimes(1);
    expect(FakeSource.all[0]?.isClosed).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.all).toHaveLength(2);
    last().say();
    expect(on.onOpen).toHaveBeenCalledTimes(2);
    close();
    expect(last().isClosed).toBe(true);
  });

  it('takes long silence for a dead line', () => {
    const on = { onOpen: vi.fn(), onNouns: vi.fn(), onLost: vi.fn() };
    const close = listen(on);
    last().say();
    vi.advanceTimersByTime(60_000);
    last().say();
    vi.advanceTimersByTime(60_000);
    expect(on.onLost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20_000);
    expect(on.onLost).toHaveBeenCalledTimes(1);
    close();
  });

  it('gives the line back while nobody looks', () => {
    const on = { onOpen: vi.fn(), onNouns: vi.fn(), onLost: vi.fn() };
    const close = listen(on);
    isHidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
    expect(last().isClosed).toBe(true);
    isHidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
    expect(FakeSource.all).toHaveLength(2);
    expect(on.onLost).not.toHaveBeenCalled();
    close();
  });
});
