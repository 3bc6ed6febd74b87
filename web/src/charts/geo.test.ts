import { describe, expect, it } from 'vitest';
import type { AreaFeature } from '../api/types';
import { aspect, extent, placeLabels } from './geo';

const square = (west: number, south: number, side: number): AreaFeature => ({
  type: 'Feature',
  properties: { code: '1', name: '1' },
  geometry: {
    type: 'Polygon',
    coordinates: [[[west, south], [west + side, south], [west + side, south + side], [west, south]]],
  },
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
