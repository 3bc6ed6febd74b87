import { describe, expect, it } from 'vitest';
import type { Area } from '../api/types';
import { areaPath, areaTree } from './areas';

const area = (code: string, parent: string | null): Area => ({
  code,
  parent,
  name: { zh: code, en: code },
  level: 'street',
});
const areas = [area('770101002', '770101'), area('770101', '7701'), area('770101001', '770101'), area('770101001003', '770101001')];

describe('areaTree', () => {
  it('sorts by code, nests by parent, and a missing parent makes a root', () => {
    const tree = areaTree(areas, (item) => item.name.en);
    expect(tree.map((node) => node.value)).toEqual(['770101']);
    expect(tree[0]?.children.map((node) => node.value)).toEqual(['770101001', '770101002']);
    expect(tree[0]?.children[0]?.children.map((node) => node.value)).toEqual(['770101001003']);
  });
});

describe('areaPath', () => {
  it('goes from the top to the area', () => {
    expect(areaPath(areas, '770101001003').map((item) => item.code)).toEqual(['770101', '770101001', '770101001003']);
  });
  it('an unknown code has no path; a circle ends', () => {
    expect(areaPath(areas, '9')).toEqual([]);
    expect(areaPath([area('a', 'b'), area('b', 'a')], 'a').map((item) => item.code)).toEqual(['b', 'a']);
  });
});
