import { describe, expect, it } from 'vitest';
import { parsePeriod, stepPeriod, weeksOfYear, writePeriod, type Period } from './period';

const step = (text: string, by: 1 | -1) => writePeriod(stepPeriod(parsePeriod(text) as Period, by));

describe('parsePeriod', () => {
  it('reads all five forms and writes them back unchanged', () => {
    for (const text of ['2025', '2025-Q3', '2025-11', '2025-W47', '2025-11-21']) {
      expect(writePeriod(parsePeriod(text) as Period)).toBe(text);
    }
  });
  it('refuses what is no period', () => {
    const wrong = ['', '25', '2025-Q5', '2025-13', '2025-00', '2025-02-30', '2025-W54', '2025-W53', '2025-1'];
    for (const text of wrong) expect(parsePeriod(text)).toBeNull();
  });
});

describe('weeksOfYear', () => {
  // 2020 began on a Wednesday but ended on a Thursday; 2026 begins on a Thursday; 2025 neither.
  it('2020 and 2026 have 53 weeks, 2025 has 52', () => {
    expect([2020, 2025, 2026].map(weeksOfYear)).toEqual([53, 52, 53]);
  });
});

describe('stepPeriod', () => {
  it('crosses the end of the year', () => {
    expect(step('2025-12', 1)).toBe('2026-01');
    expect(step('2025-Q1', -1)).toBe('2024-Q4');
    expect(step('2026-W53', 1)).toBe('2027-W01');
    expect(step('2027-W01', -1)).toBe('2026-W53');
    expect(step('2024-02-28', 1)).toBe('2024-02-29');
    expect(step('2025', -1)).toBe('2024');
  });
});
