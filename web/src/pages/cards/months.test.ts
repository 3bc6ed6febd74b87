import { describe, expect, it } from 'vitest';
import type { CardTable } from '../../api/cards';
import { monthCounts, monthsOf } from './months';

const row = (disease: string, legalClass: string, months: number[]) => ({ disease, class: legalClass, months }) as CardTable['rows'][number];

describe('months of the table of diseases', () => {
  it('names every month, over the end of a year too', () => {
    expect(monthsOf('2025-11-20', '2026-02-01')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(monthsOf('2025-05-05', '2025-05-05')).toEqual(['2025-05']);
  });
  it('adds up the diseases of a class; those that are not statutory stay outside', () => {
    const rows = [row('', 'all', []), row('', 'B', []), row('measles', 'B', [1, 2]), row('', 'C', []), row('mumps', 'C', [0, 5]), row('varicella', 'other', [9, 9]), row('rubella', 'C', [])];
    const counts = (at: number) => monthCounts(rows[at] as CardTable['rows'][number], rows, 2);
    expect(counts(0)).toEqual([1, 7]);
    expect(counts(1)).toEqual([1, 2]);
    expect(counts(3)).toEqual([0, 5]);
    expect(counts(5)).toEqual([9, 9]);
    expect(counts(6)).toEqual([0, 0]);
  });
});
