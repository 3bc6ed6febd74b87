import { describe, expect, it } from 'vitest';
import { pickColours, roundBorders } from './scale';

describe('roundBorders', () => {
  it('1,980 to 3,410 in at most seven classes: steps of 250 from 1,750', () => {
    // (3410 - 1980) / 7 = 204.3 → 250; 1980/250 = 7.92 → 1750; 3410/250 = 13.64 → 3500
    expect(roundBorders([3410, 1980, null, 2500], 7)).toEqual([1750, 2000, 2250, 2500, 2750, 3000, 3250, 3500]);
  });
  it('takes wider steps when the borders would need one class more', () => {
    const borders = roundBorders([0.9, 7.95], 7);
    expect(borders.length - 1).toBeLessThanOrEqual(7);
    expect(borders[0]).toBeLessThanOrEqual(0.9);
    expect(borders.at(-1)).toBeGreaterThanOrEqual(7.95);
  });
  it('nothing known, or all equal', () => {
    expect(roundBorders([null], 7)).toEqual([]);
    expect(roundBorders([5, 5], 7)).toEqual([5, 5]);
  });
});

describe('pickColours', () => {
  const scale = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  it('keeps both ends', () => expect(pickColours(scale, 3)).toEqual(['a', 'd', 'g']));
  it('one class gets the middle', () => expect(pickColours(scale, 1)).toEqual(['d']));
});
