import { describe, expect, it } from 'vitest';
import { moved, newTile, resized, rowsOf, type BoardTile } from './boards';

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

describe('rowsOf', () => {
  it('counts the rows of a grid of twelve columns', () => {
    expect(rowsOf([])).toBe(0);
    expect(rowsOf([{ width: 6, height: 3 }, { width: 6, height: 3 }])).toBe(3);
    // three cards beside each other, the fourth opens a row; a chart of two rows beside it
    expect(rowsOf([{ width: 4, height: 1 }, { width: 4, height: 1 }, { width: 4, height: 1 }, { width: 4, height: 1 }, { width: 8, height: 2 }])).toBe(3);
    // 6 + 8 do not fit: the second goes below the three rows of nothing but the first
    expect(rowsOf([{ width: 6, height: 3 }, { width: 8, height: 1 }])).toBe(4);
  });
});
