import { describe, expect, it } from 'vitest';
import type { Signal } from '../../api/signals';
import { onsetDays, ratioOf } from '../../charts/signals';
import { actsOf, neighbour, titleOf, whereOf } from './words';

const zh = (text: { zh: string; en: string } | string | null | undefined) => (typeof text === 'string' ? text : (text?.zh ?? ''));
const signal = (changes: Partial<Signal>): Signal => ({ state: 'raised', disease_name: null, place: '', area_name: { zh: '青梧街道', en: 'Qingwu' }, streams: [{ id: 'a', kind: 'absence', title: { zh: '缺课', en: 'Absence' } }, { id: 'b', kind: 'cases', title: { zh: '报卡', en: 'Cards' } }], ...changes }) as Signal;

describe('titleOf, whereOf', () => {
  it('names the disease, else the streams', () => {
    expect(titleOf(signal({}), zh)).toBe('缺课 + 报卡');
    expect(titleOf(signal({ disease_name: { zh: '水痘', en: 'Varicella' } }), zh)).toBe('水痘');
  });
  it('names the place, else the area', () => {
    expect(whereOf(signal({}), zh)).toBe('青梧街道');
    expect(whereOf(signal({ place: '示例小学' }), zh)).toBe('示例小学');
  });
});

describe('actsOf', () => {
  it('offers what fits the state', () => {
    expect(actsOf(signal({ state: 'raised' }))).toEqual(['verify', 'note']);
    expect(actsOf(signal({ state: 'suspected' }))).toEqual(['investigate', 'reopen', 'note']);
    expect(actsOf(signal({ state: 'confirmed' }))).toEqual(['reopen', 'note']);
  });
});

describe('neighbour', () => {
  it('goes through the list and stops at its ends', () => {
    expect(neighbour(['a', 'b'], '', 1)).toBe('a');
    expect(neighbour(['a', 'b'], 'a', 1)).toBe('b');
    expect(neighbour(['a', 'b'], 'b', 1)).toBe('b');
    expect(neighbour(['a', 'b'], 'a', -1)).toBe('a');
    expect(neighbour([], '', 1)).toBeUndefined();
  });
});

describe('onsetDays', () => {
  it('fills the days between, over the end of a month; unknown onsets are left out', () => {
    expect(onsetDays(['2025-03-01', null, '2025-02-27', '2025-03-01'])).toEqual([
      { day: '2025-02-27', count: 1 },
      { day: '2025-02-28', count: 0 },
      { day: '2025-03-01', count: 2 },
    ]);
    expect(onsetDays([null])).toEqual([]);
  });
});

describe('ratioOf', () => {
  it('divides, and says what cannot be divided', () => {
    const area = (window: number, usual: number | null) => ({ area: '1', name: { zh: '', en: '' }, window, usual });
    expect(ratioOf(area(6, 2))).toBe(3);
    expect(ratioOf(area(0, 0))).toBe(0);
    expect(ratioOf(area(2, 0))).toBe(Number.POSITIVE_INFINITY);
    expect(ratioOf(area(2, null))).toBeNull();
  });
});
