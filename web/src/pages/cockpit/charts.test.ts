import { describe, expect, it } from 'vitest';
import type { AreaFeature, AreaRow } from '../../api/types';
import { tokens } from '../../theme/tokens';
import { aspect, extent, mapClasses, placeLabels, ranked, seriesOption } from './charts';

const row = (area: string, people: number | null): AreaRow => ({
  area,
  name: { zh: area, en: area },
  people,
  visits: null,
  visitsPerThousand: null,
});
const square = (west: number, south: number, side: number): AreaFeature => ({
  type: 'Feature',
  properties: { code: '1', name: '1' },
  geometry: {
    type: 'Polygon',
    coordinates: [[[west, south], [west + side, south], [west + side, south + side], [west, south]]],
  },
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

describe('extent, aspect', () => {
  it('two squares from 150 to 152 east, 59.5 to 60.5 north', () => {
    const features = [square(150, 59.5, 1), square(151, 59.5, 1)];
    expect(extent(features)).toEqual({ width: 2, height: 1, centre: 151, middle: 60 });
    expect(aspect({ type: 'FeatureCollection', features })).toBeCloseTo(0.5, 9); // cos 60 degrees
  });
  it('no areas: nothing is covered', () => expect(extent([])).toEqual({ width: 0, height: 0, centre: 0, middle: 0 }));
});

describe('placeLabels', () => {
  const map = { type: 'FeatureCollection' as const, features: [square(150, 0, 1), square(151, 0, 1)] };
  map.features.forEach((feature, index) => (feature.properties = { code: String(index), name: '' }));
  it('both names stand where there is room, one where there is not', () => {
    // a name of four Chinese characters is 52 pixels wide; the areas are 100 and then 45 pixels apart
    expect([...placeLabels(map, 100, () => '\u6f84\u91cc\u8857\u9053')]).toEqual(['0', '1']);
    expect([...placeLabels(map, 45, () => '\u6f84\u91cc\u8857\u9053')]).toEqual(['0']);
  });
  it('an area without a row has no name', () => expect(placeLabels(map, 100, () => '').size).toBe(0));
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
