import { describe, expect, it } from 'vitest';
import { step } from '@/testing/samples';
import { axisOf, dayOf, inOrder, offsetAt, placeOf, rowsOf, shifted, ticksOf } from './timeline';

const due = (offset_days: number) => step({ offset_days });
const business = (offset_days: number) => step({ offset_days, offset_unit: 'business_days' });

describe('the axis', () => {
  it('shows all steps, with room on both sides to move them into', () => {
    const axis = axisOf('due', [due(-3), due(0), due(60)]);
    expect(axis.from).toBeLessThan(-3);
    expect(axis.to).toBeGreaterThan(60);
  });

  it('of a set without steps still has the weeks around the due date', () => {
    expect(axisOf('due', [])).toEqual({ from: -7, to: 21 });
  });

  it('never shows days before a start, nor more days than a month has', () => {
    expect(axisOf('start', [step({ anchor: 'start', offset_days: 3 })]).from).toBe(0);
    expect(axisOf('month', [])).toEqual({ from: 0, to: 27 });
  });

  it.each([
    [{ from: -7, to: 21 }, [-7, 0, 7, 14, 21]],
    [{ from: -11, to: 68 }, [0, 14, 28, 42, 56]],
    [{ from: -40, to: 200 }, [-30, 0, 30, 60, 90, 120, 150, 180]],
  ])('writes few days under %j, zero among them', (axis, ticks) => expect(ticksOf(axis)).toEqual(ticks));

  it('places a day between its ends', () => {
    expect(placeOf(0, { from: -10, to: 10 })).toBe(0.5);
    expect(placeOf(99, { from: -10, to: 10 })).toBe(1);
  });
});

describe('moving a step', () => {
  it('says the same as the fields', () => {
    expect(offsetAt(due(7), 9.4)).toBe(9);
    expect(offsetAt(due(7), -0.2)).toBe(0);
    expect(shifted(due(-1), 1)).toBe(0);
  });

  it('counts business days as business days', () => {
    expect(dayOf(business(5))).toBe(7);
    expect(offsetAt(business(5), 14)).toBe(10);
    expect(shifted(business(5), 1)).toBe(6);
  });

  it('keeps to the days that can be saved', () => {
    expect(offsetAt(step({ anchor: 'start', offset_days: 1 }), -4)).toBe(0);
    expect(shifted(due(-365), -1)).toBe(-365);
    expect(shifted(due(1000), 7)).toBe(1000);
  });

  it('puts it where its day belongs', () => {
    const steps = [due(0), due(7), due(15)].map((each, index) => ({ ...each, key: String(index) }));
    const moved = steps.map((each) => (each.key === '0' ? { ...each, offset_days: 10 } : each));
    expect(inOrder(moved, '0').map(({ key }) => key)).toEqual(['1', '0', '2']);
    const toTheEnd = steps.map((each) => (each.key === '0' ? { ...each, offset_days: 30 } : each));
    expect(inOrder(toTheEnd, '0').map(({ key }) => key)).toEqual(['1', '2', '0']);
    expect(inOrder(steps, '1')).toBe(steps);
  });

  it('leaves those that count from another date where they are', () => {
    const steps = [due(7), step({ anchor: 'issue', offset_days: 3 }), due(15)].map((each, index) => ({ ...each, key: String(index) }));
    const moved = steps.map((each) => (each.key === '2' ? { ...each, offset_days: 0 } : each));
    expect(inOrder(moved, '2').map(({ key }) => key)).toEqual(['2', '0', '1']);
    expect(inOrder(moved, '1')).toBe(moved);
  });
});

it('what is close together gets rows of its own', () => {
  expect(rowsOf([0, 20, 200], [60, 60, 60])).toEqual([0, 1, 0]);
  expect(rowsOf([200, 0, 20], [60, 60, 60])).toEqual([0, 0, 1]);
  expect(rowsOf([], [])).toEqual([]);
});
