import { describe, expect, it } from 'vitest';
import type { Indicator } from '../api/types';
import { shortTarget } from './target';

type Target = NonNullable<Indicator['target']>;
const target = (changes: Partial<Target>): Pick<Indicator, 'target'> => ({
  target: { text: { zh: '', en: '' }, canonical: '', comparison: '>=', value: 92.3, upper: null, period: null, ...changes },
});

describe('shortTarget', () => {
  it('writes sign and number', () => {
    expect(shortTarget(target({}))).toBe('≥ 92.3');
    expect(shortTarget(target({ comparison: '<', value: 0.047 }))).toBe('< 0.047');
    expect(shortTarget(target({ comparison: '<=', value: 10700 }))).toBe('≤ 10,700');
  });
  it('writes a range with both ends', () => {
    expect(shortTarget(target({ comparison: 'between', value: 40, upper: 60 }))).toBe('40 – 60');
    expect(shortTarget(target({ comparison: 'between', value: 40 }))).toBeNull();
  });
  it('has no short form for what is no number', () => {
    expect(shortTarget(target({ value: null, comparison: null }))).toBeNull();
    expect(shortTarget({ target: null })).toBeNull();
  });
});
