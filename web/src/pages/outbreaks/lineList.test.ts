import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readForm, type FormItem } from '../../components/form/definition';
import type { Fill } from '../../components/form/model';
import { writeResponse } from '../../components/form/model';
import { casesOf, chainOf, curveOf, groupOf, nextNo, paste, readCell, summaryOf } from './lineList';

const form = readForm(JSON.parse(readFileSync(new URL('../../../../scenes/outbreak-response/forms/line-list.json', import.meta.url), 'utf8')));
const group = groupOf(form) as FormItem;
const item = (id: string) => group.items.find((one) => one.id === id) as FormItem;

// no, name, sex, age, unit, onset, symptoms, class, source: as copied out of a spreadsheet
const sheet = [
  '1\t张一\t男\t7\t二(1)班\t2026/3/2\t呕吐\t确诊',
  '2\t李二\t女\t8\t二(1)班\t2026-03-03\t呕吐\t临床诊断\t1',
  '3\t王三\t男\t7\t二(1)班\t2026-3-3\t腹泻\t疑似\t1',
  '4\t赵四\t女\t9\t二(2)班\t2026-03-05\t呕吐\t确诊\t2',
  '5\t钱五\t女\t8\t二(2)班\t2026-03-04\t腹泻\t排除\t2',
  '6\t孙六\t男\t31\t教师\t\t腹泻\t确诊\t9',
].join('\n');
const { fill, refused } = paste({}, group, sheet, 0, 0);
const cases = casesOf(fill);

describe('pasting a spreadsheet', () => {
  it('understands words of both languages, days written otherwise, and says what it does not', () => {
    expect(refused).toEqual([]);
    expect(cases.map(({ no, onset, kind }) => `${no} ${onset} ${kind}`)).toEqual(['1 2026-03-02 confirmed', '2 2026-03-03 probable', '3 2026-03-03 suspected', '4 2026-03-05 confirmed', '5 2026-03-04 excluded', '6  confirmed']);
    expect(readCell(item('class'), 'Confirmed')).toMatchObject({ code: 'confirmed' });
    expect(readCell(item('onset'), '2026-02-30x')).toBeUndefined();
    const odd = paste(fill, group, 'sieben\nacht', 1, 3);
    expect(odd.refused.map(({ row, item: at, text }) => `${row} ${at.id} ${text}`)).toEqual(['1 age sieben', '2 age acht']);
    expect(casesOf(odd.fill)[1]?.age).toBe(8); // what was there stays
  });
  it('an empty cell empties, cells beyond the last column are left', () => {
    const emptied = paste(fill, group, '\t', 0, 1);
    expect(casesOf(emptied.fill)[0]).toMatchObject({ name: '', sex: '' });
    expect(paste({}, group, 'a\tb', 0, group.items.length - 1).refused).toHaveLength(1);
  });
  it('goes into the response row by row', () => {
    expect(writeResponse(form, fill, { status: 'completed' }).response.item).toHaveLength(6);
    expect(nextNo(fill)).toBe('7');
    expect(nextNo({})).toBe('1');
  });
});

describe('figures', () => {
  it('the curve has every day from the first onset to the last, without what was excluded', () => {
    expect(curveOf(cases)).toEqual({
      days: ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'],
      series: [
        { kind: 'confirmed', counts: [1, 0, 0, 1] },
        { kind: 'probable', counts: [0, 1, 0, 0] },
        { kind: 'suspected', counts: [0, 1, 0, 0] },
      ],
      left: 1,
    });
    expect(curveOf([])).toEqual({ days: [], series: [], left: 0 });
  });
  it('a mistyped year is left out and counted', () => {
    const odd: Fill = paste(fill, group, '2006-03-02', 0, 5).fill;
    expect(curveOf(casesOf(odd))).toMatchObject({ days: ['2026-03-03', '2026-03-04', '2026-03-05'], left: 2 });
  });
  it('the chain counts generations, what each infected and sources that are no case', () => {
    const chain = chainOf(cases);
    expect(chain.nodes.map(({ no, generation, infected, lane }) => [no, generation, infected, lane])).toEqual([['1', 0, 2, 0], ['2', 1, 1, 0], ['3', 1, 0, 1], ['4', 2, 0, 0]]);
    expect(chain.edges).toEqual([{ from: '1', to: '2' }, { from: '1', to: '3' }, { from: '2', to: '4' }]);
    expect(chain.unknown).toEqual(['9']);
  });
  it('a circle of sources ends', () => {
    const circle = chainOf(casesOf(paste({}, group, 'a\t\t\t\t\t\t\t确诊\tb\nb\t\t\t\t\t\t\t确诊\ta', 0, 0).fill));
    expect(circle.nodes.map(({ generation }) => generation)).toEqual([0, 0]);
    expect(circle.edges).toHaveLength(2);
  });
  it('the summary: classes, sexes, the median age 8 of 7 7 8 9 31', () => {
    expect(summaryOf(cases)).toMatchObject({ cases: 5, male: 3, female: 2, medianAge: 8, first: '2026-03-02', last: '2026-03-05', deaths: 0, tested: 0 });
    expect(summaryOf(cases).byKind).toEqual([{ kind: 'confirmed', count: 3 }, { kind: 'probable', count: 1 }, { kind: 'suspected', count: 1 }, { kind: 'carrier', count: 0 }]);
    expect(summaryOf([]).medianAge).toBeNull();
  });
});
