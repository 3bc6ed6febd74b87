import { describe, expect, it } from 'vitest';
import { actsOf, commonActs, type ReportedFigure } from './figures';

const writer = (permission: string) => permission === 'figures:write';
const leader = (permission: string) => permission === 'figures:review';
const figure = (state: ReportedFigure['state']) => ({ state }) as ReportedFigure;

describe('acts on figures', () => {
  it('are those of the state and of who may', () => {
    expect(actsOf('draft', writer)).toEqual(['submit']);
    expect(actsOf('draft', leader)).toEqual([]);
    expect(actsOf('submitted', writer)).toEqual([]);
    expect(actsOf('submitted', leader)).toEqual(['approve', 'return']);
    expect(actsOf('published', leader)).toEqual([]);
  });
  it('of many are those that all have', () => {
    expect(commonActs([], leader)).toEqual([]);
    expect(commonActs([figure('submitted'), figure('approved')], leader)).toEqual(['return']);
    expect(commonActs([figure('submitted'), figure('published')], leader)).toEqual([]);
  });
});
