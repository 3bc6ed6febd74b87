import { describe, expect, it } from 'vitest';
import type { Measure, MeasureCell } from '../api/measures';
import { tokens } from '../theme/tokens';
import {
  changeOf,
  classOf,
  colourClasses,
  countStatuses,
  formatFraction,
  formatInterval,
  formatValue,
  rankedCells,
  runsOf,
  shortTargetOf,
  standOf,
  withoutSharedWord,
} from './measure';

const cell = (key: string, value: number | null, lower: number | null = null, upper: number | null = null) =>
  ({ key, value, lower, upper }) as MeasureCell;

describe('formatValue, formatInterval, formatFraction', () => {
  it('keeps the stated decimals and groups by thousands', () => {
    expect(formatValue(71.5, 2)).toBe('71.50');
    expect(formatValue(1234567, 0)).toBe('1,234,567');
    expect(formatValue(null, 2)).toBe('–');
  });
  it('an interval needs both ends', () => {
    expect(formatInterval({ value: 71.5, lower: 70.12, upper: 72.9 }, 1)).toBe('70.1 – 72.9');
    expect(formatInterval({ value: 71.5, lower: 70.12, upper: null }, 1)).toBe('');
  });
  it('a count has no denominator', () => {
    expect(formatFraction({ numerator: 3120, denominator: 4205 })).toBe('3,120 / 4,205');
    expect(formatFraction({ numerator: 20000, denominator: null })).toBe('20,000');
    expect(formatFraction({ numerator: null, denominator: 4 })).toBe('–');
  });
});

describe('changeOf', () => {
  const of = (value: number | null, previous: number | null, better: Measure['better']) =>
    changeOf({ value, previous, better, decimals: 1 });
  it('a rise is better only where higher is better', () => {
    expect(of(72, 70, 'higher')).toEqual({ text: '+2', direction: 'better', rises: true });
    expect(of(72, 70, 'lower')).toEqual({ text: '+2', direction: 'worse', rises: true });
    expect(of(70, 72, 'lower')).toEqual({ text: '\u22122', direction: 'better', rises: false });
    expect(of(72, 70, 'none')?.direction).toBe('neutral');
  });
  it('a difference that is not printed is none', () => expect(of(70.04, 70, 'higher')?.direction).toBe('same'));
  it('needs both values', () => expect(of(70, null, 'higher')).toBeNull());
});

describe('countStatuses', () => {
  it('leaves out what has no target', () => {
    const items = [
      { target: {}, status: 'met' },
      { target: {}, status: 'missed' },
      { target: null, status: 'not_decidable' },
    ] as Measure[];
    expect(countStatuses(items)).toEqual({ met: 1, nearly: 0, missed: 1, not_decidable: 0 });
  });
});

describe('standOf', () => {
  it('only an interval wholly on one side is told apart', () => {
    expect(standOf(cell('1', 70, 65, 75), 60)).toBe('above');
    expect(standOf(cell('1', 70, 65, 75), 66)).toBe('same');
    expect(standOf(cell('1', 70, 65, 75), 80)).toBe('below');
    expect(standOf(cell('1', 70, 65, 75), 75)).toBe('same'); // touching is not beyond
    expect(standOf(cell('1', 70), 60)).toBe('same'); // no interval, no claim
  });
});

describe('rankedCells', () => {
  it('largest first, without a value last', () =>
    expect(rankedCells([cell('2', 5), cell('1', null), cell('4', 9), cell('3', 5)]).map(({ key }) => key)).toEqual(['4', '2', '3', '1']));
});

describe('colourClasses, classOf', () => {
  const scales = tokens.light;
  it('the target is a border: below it red, from it on blue where higher is better', () => {
    // farthest from 65 is 53: 12 in three classes gives steps of 5 (4 rounded up)
    const classes = colourClasses([53, 64.9, 65, 66], 65, 'higher', scales);
    expect(classes.map(({ from, to }) => [from, to])).toEqual([[50, 55], [55, 60], [60, 65], [65, 70]]);
    expect(classOf(64.9, classes, 'higher')?.colour).toBe('#FDDBC7');
    expect(classOf(65, classes, 'higher')?.colour).toBe('#D1E5F0');
    expect(classOf(53, classes, 'higher')?.colour).toBe('#B2182B');
  });
  it('where lower is better the colours change sides and the border is still reached', () => {
    const classes = colourClasses([4.5, 5, 8], 5, 'lower', scales);
    expect(classOf(4.5, classes, 'lower')?.colour).toBe('#D1E5F0');
    expect(classOf(5, classes, 'lower')?.colour).toBe('#D1E5F0');
    expect(classOf(8, classes, 'lower')?.colour).toBe('#B2182B');
  });
  it('without a target the scale is sequential, without values there is none', () => {
    expect(colourClasses([300, 900], null, 'none', scales)[0]).toEqual({ from: 300, to: 400, colour: '#EFF3FF' });
    expect(colourClasses([null], 65, 'higher', scales)).toEqual([]);
    expect(classOf(null, [], 'none')).toBeNull();
  });
  it('all values on the target still give both sides', () => {
    const classes = colourClasses([65, 65], 65, 'higher', scales);
    expect(classes.map(({ from, to }) => [from, to])).toEqual([[64, 65], [65, 66]]);
  });
});

describe('shortTargetOf', () => {
  const target = (text: string, value: number | null) => ({ text, value, level: 'city', year: 2025, source: { zh: 'plan', en: 'plan' } });
  it('a number gets the sign of the better side, anything else stays as printed', () => {
    expect(shortTargetOf({ target: target('at least 70', 70), better: 'higher' })).toBe('≥ 70');
    expect(shortTargetOf({ target: target('7.5', 7.5), better: 'lower' })).toBe('≤ 7.5');
    expect(shortTargetOf({ target: target('below average', null), better: 'lower' })).toBe('below average');
    expect(shortTargetOf({ target: null, better: 'lower' })).toBe('');
  });
});

describe('withoutSharedWord', () => {
  it('drops the last word where all names have it', () => {
    expect(withoutSharedWord(['Qingwu Subdistrict', 'Two Rivers Subdistrict'])).toEqual(['Qingwu', 'Two Rivers']);
    expect(withoutSharedWord(['Qingwu Subdistrict', 'Two Rivers Town'])).toEqual(['Qingwu Subdistrict', 'Two Rivers Town']);
    expect(withoutSharedWord(['Subdistrict', 'Subdistrict'])).toEqual(['Subdistrict', 'Subdistrict']);
  });
});

describe('runsOf', () => {
  it('breaks at every missing value', () => {
    const points = [1, null, 2, 3, null].map((value) => ({ value }));
    expect(runsOf(points).map((run) => run.map(({ index }) => index))).toEqual([[0], [2, 3]]);
  });
});
