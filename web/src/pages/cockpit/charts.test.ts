import { describe, expect, it } from 'vitest';
import type { AreaRow } from '../../api/types';
import { tokens } from '../../theme/tokens';
import { mapClasses, ranked, seriesOption } from './charts';

const row = (area: string, people: number | null): AreaRow => ({
  area,
  name: { zh: area, en: area },
  people,
  visits: null,
  visitsPerThousand: null,
});
describe('ranked', () => {
  it('largest first, unknown last, equal values by code', () => {
    const order = ranked([row('3', 5), row('1', null), row('2', 5), row('4', 9)], 'people');
    expect(order.map(({ area }) => area)).toEqual(['4', '2', '3', '1']);
  });
});

describe('mapClasses', () => {
  it('leaves people without an area out of the scale', () => {
    // 300 and 900 in at most seven classes: steps of 100 from 300; the 2 of unknown area would need 0
    const classes = mapClasses([row('1', 300), row('2', 900), row('', 2)], 'people', tokens.light);
    expect(classes[0]?.from).toBe(300);
    expect(classes.at(-1)?.to).toBe(900);
  });
});

describe('seriesOption', () => {
  it('a missing month is a gap, neither a zero nor joined', () => {
    const words = { period: String, value: String, unit: '' };
    const points = [{ period: '2025-01', value: 3 }, { period: '2025-02', value: null }, { period: '2025-03', value: 0 }];
    const [line] = seriesOption(points, tokens.light, words).series as { data: unknown[]; connectNulls: boolean }[];
    expect(line?.data).toEqual([3, '-', 0]);
    expect(line?.connectNulls).toBe(false);
  });
});
