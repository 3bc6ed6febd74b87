import { describe, expect, it } from 'vitest';
import { barParts, bulletScale, countAll } from './status';

const target = (value: number, comparison: '>=' | '<=') => ({
  canonical: `${comparison}${value}`,
  text: { zh: '', en: '' },
  comparison,
  value,
  upper: null,
  period: null,
});

describe('barParts', () => {
  it('19 indicators: 17 met, 2 nearly are 89.47 % and 10.53 %', () => {
    const counts = { met: 17, nearly: 2, missed: 0 };
    expect(countAll(counts)).toBe(19);
    expect(barParts(counts).map((part) => [part.status, part.width.toFixed(2)])).toEqual([
      ['met', '89.47'],
      ['nearly', '10.53'],
    ]);
  });
  it('a plan without indicators has no parts', () => expect(barParts({})).toEqual([]));
});

describe('bulletScale', () => {
  it('starts at zero when value and target lie apart: 41.3 against 24 ends at 46.256', () => {
    const bullet = bulletScale({ value: 41.3, target: target(24, '>='), better: 'higher' });
    expect(bullet?.from).toBe(0);
    expect(bullet?.to).toBeCloseTo(46.256, 6);
    expect(bullet?.value).toBeCloseTo(41.3 / 46.256, 6);
    expect(bullet?.good).toBe('right');
  });
  it('zooms in when they lie close: 98.1 against 92.3 runs from 80.7 to 103.9', () => {
    const bullet = bulletScale({ value: 98.1, target: target(92.3, '>='), better: 'higher' });
    expect(bullet?.from).toBeCloseTo(80.7, 6);
    expect(bullet?.to).toBeCloseTo(103.9, 6);
  });
  it('lower is better on the left, a zero value is drawn', () => {
    const bullet = bulletScale({ value: 0, target: target(7, '<='), better: 'lower' });
    expect(bullet?.good).toBe('left');
    expect(bullet?.value).toBe(0);
  });
  it('nothing to draw without a number on both sides', () => {
    expect(bulletScale({ value: null, target: target(7, '<='), better: 'lower' })).toBeNull();
    expect(bulletScale({ value: 3, target: null, better: 'lower' })).toBeNull();
  });
  it('both zero still gives an axis', () => {
    const bullet = bulletScale({ value: 0, target: target(0, '<='), better: 'lower' });
    expect(bullet && bullet.to > bullet.from).toBe(true);
  });
});
