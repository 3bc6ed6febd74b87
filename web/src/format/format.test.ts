import { describe, expect, it } from 'vitest';
import {
  age,
  completedAge,
  formatBytes,
  formatInstant,
  formatNumber,
  formatSeconds,
  formatShare,
  formatSigned,
} from './format';

describe('formatNumber', () => {
  it('groups by thousands and cuts trailing zeros', () => {
    expect(formatNumber(1234567.5)).toBe('1,234,567.5');
    expect(formatNumber(92.3)).toBe('92.3');
    expect(formatNumber(0)).toBe('0');
  });
  it('no value is a dash, never a zero', () => {
    expect(formatNumber(null)).toBe('–');
    expect(formatNumber(Number.NaN)).toBe('–');
  });
});

describe('formatSigned', () => {
  it('writes plus and a true minus, and no sign for zero', () => {
    expect(formatSigned(5.8)).toBe('+5.8');
    expect(formatSigned(-12.96)).toBe('\u221212.96');
    expect(formatSigned(0)).toBe('0');
    expect(formatSigned(-0.001)).toBe('0');
  });
});

describe('formatShare', () => {
  it('9 of 19 is 47.4 %; nothing of nothing has no share', () => {
    expect(formatShare(9, 19)).toBe('47.4%');
    expect(formatShare(0, 0)).toBe('–');
  });
});

describe('formatBytes, formatSeconds', () => {
  it('uses decimal units', () => {
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1_500_000)).toBe('1.5 MB');
  });
  it('writes minutes from two minutes on', () => {
    expect(formatSeconds(0.416)).toBe('0.42 s');
    expect(formatSeconds(75.4)).toBe('75 s');
    expect(formatSeconds(725)).toBe('12 min 05 s');
  });
});

describe('formatInstant', () => {
  it('a day stays a day', () => expect(formatInstant('2025-03-02')).toBe('2025-03-02'));
  it('an instant is written in the clock of Shanghai, wherever the reader is', () => {
    expect(formatInstant('2026-11-21T08:05:09Z')).toBe('2026-11-21 16:05');
    expect(formatInstant('2026-11-21T08:05:09Z', true)).toBe('2026-11-21 16:05:09');
    expect(formatInstant('2026-12-31T23:30:00-01:00')).toBe('2027-01-01 08:30');
  });
});

describe('age', () => {
  it('takes the largest unit that fits once', () => {
    expect(age(0, 59_999)).toEqual({ count: 59, unit: 'second' });
    expect(age(0, 60_000)).toEqual({ count: 1, unit: 'minute' });
    expect(age(0, 7_200_000)).toEqual({ count: 2, unit: 'hour' });
    expect(age(0, 3 * 86_400_000)).toEqual({ count: 3, unit: 'day' });
  });
  it('a clock that runs behind gives zero, not a negative age', () => {
    expect(age(5_000, 0)).toEqual({ count: 0, unit: 'second' });
  });
});

describe('completedAge', () => {
  it('the birthday itself completes the year', () => {
    expect(completedAge('1980-05-20', '2025-05-20')).toEqual({ years: 45, months: 0 });
    expect(completedAge('1980-05-20', '2025-05-19')).toEqual({ years: 44, months: 11 });
  });
  it('partial dates and births after the day have no age', () => {
    expect(completedAge('1980-05', '2025-05-19')).toBeNull();
    expect(completedAge('2026-01-01', '2025-05-19')).toBeNull();
  });
});
