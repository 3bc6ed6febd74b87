import { describe, expect, it } from 'vitest';
import { moved, newTile, resized, type BoardTile } from './boards';

const tile = (id: string): BoardTile => ({ id, measure: 'visits', chart: 'card', area: '', period: '', width: 3, height: 1 });

describe('tiles of a board', () => {
  it('keep to the sizes of the grid', () => {
    expect(resized(tile('a'), 20, 9)).toMatchObject({ width: 12, height: 4 });
    expect(resized(tile('a'), -3, -1)).toMatchObject({ width: 2, height: 1 });
  });
  it('change places, but not over the ends', () => {
    const list = ['a', 'b', 'c'].map(tile);
    expect(moved(list, 'a', 1).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(moved(list, 'c', 1).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(moved(list, 'x', 1)).toHaveLength(3);
  });
  it('get ids of their own', () => {
    const first = newTile([], 'visits', 'card', '', '');
    expect(first.id).toBe('visits-1');
    expect(newTile([first], 'visits', 'map', '', '').id).toBe('visits-2');
  });
});
