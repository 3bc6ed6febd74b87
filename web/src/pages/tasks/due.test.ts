import { describe, expect, it } from 'vitest';
import { dayOf, dueState, isMonth, monthDays, stepMonth } from './due';

const now = Date.parse('2026-11-22T08:00:00Z'); // 16:00 in Shanghai

describe('dueState', () => {
  it.each([
    ['2026-11-22T07:59:00Z', 'overdue', 1, 'minute'],
    ['2026-11-22T06:00:00Z', 'overdue', 2, 'hour'],
    ['2026-11-19T08:00:00Z', 'overdue', 3, 'day'],
    ['2026-11-22T09:00:00Z', 'soon', 1, 'hour'],
    ['2026-11-22T09:01:00Z', 'today', 1, 'hour'],
    ['2026-11-22T15:59:00Z', 'today', 7, 'hour'], // 23:59 in Shanghai
    ['2026-11-22T16:00:00Z', 'later', 8, 'hour'], // midnight there: tomorrow
    ['2026-11-24T08:00:00Z', 'later', 2, 'day'],
  ] as const)('%s is %s: %i %s', (due, kind, n, unit) => {
    expect(dueState(due, now)).toEqual({ kind, n, unit });
  });
  it('without a deadline there is none', () => expect(dueState(undefined, now).kind).toBe('none'));
});

describe('days and months', () => {
  it('a day is one of Shanghai', () => {
    expect(dayOf('2026-11-22T15:59:59Z')).toBe('2026-11-22');
    expect(dayOf('2026-11-22T16:00:00Z')).toBe('2026-11-23');
    expect(dayOf('x')).toBe('');
  });
  it('a month is shown in whole weeks from Monday', () => {
    const november = monthDays('2026-11'); // begins on a Sunday, ends on a Monday
    expect([november[0], november.at(-1), november.length]).toEqual(['2026-10-26', '2026-12-06', 42]);
    const february = monthDays('2027-02'); // Monday to Sunday, four weeks
    expect([february[0], february.at(-1), february.length]).toEqual(['2027-02-01', '2027-02-28', 28]);
  });
  it('steps over the year; hand-typed months are looked at', () => {
    expect([stepMonth('2026-12', 1), stepMonth('2027-01', -1)]).toEqual(['2027-01', '2026-12']);
    expect([isMonth('2026-11'), isMonth('2026-13'), isMonth('')]).toEqual([true, false, false]);
  });
});
