import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findIssues, hubIssues } from './check';
import { allItems, readForm, splitWords, type FormDefinition, type FormItem } from './definition';
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponse, Value } from './fhir';
import { addRow, fillAt, initialFill, isFilled, pathText, places, readResponse, removeRow, setValueAt, setValues, takeCalculated, writeResponse, type Fill, type Path } from './model';

const scenes = new URL('../../../../scenes/', import.meta.url).pathname;
const readScene = (path: string) => readForm(JSON.parse(readFileSync(join(scenes, path), 'utf8')) as Questionnaire);
const make = (item: QuestionnaireItem[]) => readForm({ resourceType: 'Questionnaire', url: 'urn:test', version: '1', item });
const itemOf = (form: FormDefinition, id: string): FormItem => allItems(form.items).find((one) => one.id === id) as FormItem;
const put = (form: FormDefinition, fill: Fill, id: string, values: Value[], parent: Path = []) => setValues(fill, parent, itemOf(form, id), values);
const shownIds = (form: FormDefinition, fill: Fill) => places(form, fill).map(({ item }) => item.id);
const coding = (code: string) => ({ system: 'urn:codes', code });

const drugs = make([
  { linkId: 'drugs', type: 'group', repeats: true, item: [
    { linkId: 'name', type: 'string', required: true },
    { linkId: 'stopped', type: 'boolean' },
    { linkId: 'why', type: 'string', required: true, enableWhen: [{ question: 'stopped', operator: '=', answerBoolean: true }] },
  ] },
]);

describe('rows and places', () => {
  it('paths are those of the hub: first rows without a number', () => {
    expect(pathText([['drugs', 0], ['name', 0]])).toBe('drugs/name');
    expect(pathText([['drugs', 1], ['name', 0]])).toBe('drugs[2]/name');
  });
  it('a question is looked for in the same repetition first', () => {
    let fill = put(drugs, {}, 'stopped', [true], [['drugs', 0]]);
    fill = put(drugs, fill, 'stopped', [false], [['drugs', 1]]);
    expect(places(drugs, fill).map(({ path }) => path)).toEqual(['drugs', 'drugs/name', 'drugs/stopped', 'drugs/why', 'drugs[2]/name', 'drugs[2]/stopped']);
  });
  it('rows are added and removed; a removed row takes its answers along', () => {
    const group = itemOf(drugs, 'drugs');
    let fill = addRow(addRow({}, [], group), [], group);
    fill = put(drugs, fill, 'name', ['B'], [['drugs', 1]]);
    fill = removeRow(fill, [], group, 0);
    expect(fillAt(fill, [['drugs', 0]]).name?.[0]?.value).toBe('B');
    expect(removeRow(fill, [], group, 0)).toEqual({});
  });
  it('an answer keeps what stands below it; a line emptied stays a line', () => {
    const form = make([{ linkId: 'q', type: 'string', repeats: true, item: [{ linkId: 'below', type: 'integer' }] }]);
    const question = itemOf(form, 'q');
    let fill = setValues({}, [], question, ['a']);
    fill = put(form, fill, 'below', [5], [['q', 0]]);
    fill = setValues(fill, [], question, ['ab']);
    expect(fillAt(fill, [['q', 0]]).below?.[0]?.value).toBe(5);
    fill = setValueAt(fill, [], question, 1, undefined);
    expect(fill.q).toHaveLength(2);
    expect(writeResponse(form, fill, { status: 'completed' }).response.item).toEqual([
      { linkId: 'q', answer: [{ valueString: 'ab', item: [{ linkId: 'below', answer: [{ valueInteger: 5 }] }] }] },
    ]);
  });
});

describe('enableWhen', () => {
  const when = (operator: string, answer: Record<string, unknown>, behaviour?: string, second?: Record<string, unknown>) =>
    make([
      { linkId: 'n', type: 'integer' },
      { linkId: 'c', type: 'choice', repeats: true, answerOption: [{ valueCoding: coding('x') }, { valueCoding: coding('y') }] },
      { linkId: 'then', type: 'string', enableBehavior: behaviour,
        enableWhen: [{ question: 'n', operator, ...answer }, ...(second ? [{ question: 'c', operator: '=', ...second }] : [])] },
    ]);
  it.each([
    ['=', { answerInteger: 3 }, 3, true], ['!=', { answerInteger: 3 }, 3, false], ['>', { answerInteger: 3 }, 3, false],
    ['>=', { answerInteger: 3 }, 3, true], ['<', { answerInteger: 3 }, 2, true], ['<=', { answerInteger: 3 }, 4, false],
    ['exists', { answerBoolean: true }, 1, true], ['exists', { answerBoolean: false }, 1, false],
  ])('%s %o with %i: %s', (operator, answer, value, is) => {
    const form = when(operator, answer);
    expect(shownIds(form, put(form, {}, 'n', [value])).includes('then')).toBe(is);
  });
  it('without an answer only “exists: false” holds', () => {
    expect(shownIds(when('!=', { answerInteger: 3 }), {})).not.toContain('then');
    expect(shownIds(when('exists', { answerBoolean: false }), {})).toContain('then');
  });
  it('all or any of several', () => {
    const second = { answerCoding: coding('y') };
    const all = when('=', { answerInteger: 3 }, undefined, second);
    const any = when('=', { answerInteger: 3 }, 'any', second);
    const fill = put(all, {}, 'c', [coding('x'), coding('y')]);
    expect(shownIds(all, fill)).not.toContain('then');
    expect(shownIds(any, fill)).toContain('then');
    expect(shownIds(all, put(all, fill, 'n', [3]))).toContain('then');
  });
  it('what the hub decides applies until it says no, and is not sent then', () => {
    const form = make([{ linkId: 'x', type: 'string', extension: [{ url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression', valueExpression: { expression: 'false' } }] }]);
    const fill = put(form, {}, 'x', ['a']);
    expect(places(form, fill)).toHaveLength(1);
    expect(writeResponse(form, fill, { status: 'completed', disabled: new Set(['x']) }).response.item).toBeUndefined();
  });
});

describe('writing and reading', () => {
  it('leaves out rows without answers and says where the others stood', () => {
    const fill = put(drugs, addRow({}, [], itemOf(drugs, 'drugs')), 'name', ['B'], [['drugs', 1]]);
    const { response, paths } = writeResponse(drugs, fill, { status: 'completed' });
    expect(response.item).toEqual([{ linkId: 'drugs', item: [{ linkId: 'name', answer: [{ valueString: 'B' }] }] }]);
    expect(response.questionnaire).toBe('urn:test|1');
    expect(paths.get('drugs/name')).toBe('drugs[2]/name');
  });
  it('answers of what no longer applies are kept on the page but not sent', () => {
    let fill = put(drugs, put(drugs, {}, 'stopped', [true], [['drugs', 0]]), 'why', ['rash'], [['drugs', 0]]);
    fill = put(drugs, fill, 'stopped', [false], [['drugs', 0]]);
    expect(JSON.stringify(writeResponse(drugs, fill, { status: 'completed' }).response)).not.toContain('rash');
    expect(JSON.stringify(fill)).toContain('rash');
  });
  it('options are sent as they stand in the form, free text as text', () => {
    const form = make([{ linkId: 'c', type: 'open-choice', repeats: true, answerOption: [{ valueCoding: { ...coding('x'), display: '甲' } }] }]);
    const fill = put(form, {}, 'c', [{ ...coding('x'), display: '甲' }, 'else']);
    expect(writeResponse(form, fill, { status: 'completed' }).response.item?.[0]?.answer).toEqual([{ valueCoding: { ...coding('x'), display: '甲' } }, { valueString: 'else' }]);
  });
  it('a response read and written again is the same', () => {
    const response: QuestionnaireResponse = {
      resourceType: 'QuestionnaireResponse', questionnaire: 'urn:test|1', status: 'completed',
      item: [{ linkId: 'drugs', item: [{ linkId: 'name', answer: [{ valueString: 'A' }] }] }, { linkId: 'drugs', item: [{ linkId: 'name', answer: [{ valueString: 'B' }] }, { linkId: 'stopped', answer: [{ valueBoolean: false }] }] }],
    };
    expect(writeResponse(drugs, readResponse(drugs, response), { status: 'completed' }).response).toEqual(response);
  });
  it('takes what the hub calculated and nothing else', () => {
    const calculated = { url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression', valueExpression: { expression: '1' } };
    const form = make([{ linkId: 'g', type: 'group', repeats: true, item: [{ linkId: 'n', type: 'integer' }, { linkId: 'twice', type: 'integer', extension: [calculated] }] }]);
    let fill = addRow({}, [], itemOf(form, 'g')); // an empty row, which is not sent
    fill = put(form, fill, 'n', [4], [['g', 1]]);
    const answered: QuestionnaireResponse = { resourceType: 'QuestionnaireResponse', status: 'in-progress', item: [{ linkId: 'g', item: [{ linkId: 'n', answer: [{ valueInteger: 3 }] }, { linkId: 'twice', answer: [{ valueInteger: 8 }] }] }] };
    const taken = takeCalculated(form, fill, answered);
    expect(fillAt(taken, [['g', 1]])).toMatchObject({ n: [{ value: 4 }], twice: [{ value: 8 }] });
    expect(fillAt(taken, [['g', 0]])).toEqual({});
    expect(isFilled({ fill: { twice: [{ value: 8, fill: {} }] } }, itemOf(form, 'g').items, itemOf(form, 'g'))).toBe(false);
  });
  it('initial values of the definition', () => {
    const form = make([{ linkId: 'g', type: 'group', item: [{ linkId: 'n', type: 'integer', initial: [{ valueInteger: 7 }] }] }]);
    expect(initialFill(form.items)).toEqual({ g: [{ fill: { n: [{ value: 7, fill: {} }] } }] });
  });
});

describe('issues', () => {
  const limit = (name: string, value: Record<string, unknown>) => ({ url: `http://hl7.org/fhir/StructureDefinition/${name}`, ...value });
  const form = make([
    { linkId: 'n', type: 'decimal', required: true, extension: [limit('minValue', { valueDecimal: 0.5 }), limit('maxValue', { valueDecimal: 10 })] },
    { linkId: 's', type: 'string', maxLength: 3, extension: [limit('minLength', { valueInteger: 2 }), limit('regex', { valueString: '[a-z]+' })] },
    { linkId: 'd', type: 'date', extension: [limit('maxValue', { valueDate: '2026-01-31' })] },
    { linkId: 'q', type: 'quantity', extension: [limit('questionnaire-unitOption', { valueCoding: { code: 'mg' } }), limit('questionnaire-unitOption', { valueCoding: { code: 'g' } })] },
    { linkId: 'm', type: 'string', repeats: true, extension: [limit('questionnaire-minOccurs', { valueInteger: 2 }), limit('questionnaire-maxOccurs', { valueInteger: 3 })] },
    { linkId: 'f', type: 'attachment', extension: [limit('maxSize', { valueDecimal: 1 })] },
  ]);
  const rules = (fill: Fill) => findIssues(form, fill).map(({ path, rule, limit: at }) => `${path} ${rule}${at ? ` ${at}` : ''}`);
  it('required, limits of numbers and days, lengths in characters, patterns, occurrences, units, sizes', () => {
    expect(rules({})).toEqual(['n required']);
    let fill = put(form, {}, 'n', [0.4]);
    fill = put(form, fill, 's', ['肺炎球菌']);
    fill = put(form, fill, 'd', ['2026-02-01']);
    fill = put(form, fill, 'q', [{ value: 2, code: 'kg' }]);
    fill = put(form, fill, 'm', ['a']);
    fill = put(form, fill, 'f', [{ size: 1_000_001 }]);
    expect(rules(fill)).toEqual(['n atLeast 0.5', 's long 3', 's pattern', 'd atMost 2026-01-31', 'q unit', 'm few 2', 'f size 1']);
    fill = put(form, put(form, put(form, put(form, fill, 'n', [10]), 's', ['ab']), 'm', ['a', 'b', 'c', 'd']), 'q', [{ value: 1, code: 'g' }]);
    expect(rules(put(form, put(form, fill, 'd', ['2026-01-31']), 'f', [{ size: 1 }]))).toEqual(['m many 3']);
  });
  it('a day that is none is told', () => {
    const days = ['2026-02-28', '2026-02', '2026', '2026-02-30', '2026/3/2', 'x'];
    expect(days.filter((day) => rules(put(form, put(form, {}, 'n', [1]), 'd', [day])).includes('d day'))).toEqual(['2026-02-30', '2026/3/2', 'x']);
  });
  it('what the hub says stands at its place, in both languages where the form has them', () => {
    const withRule = make([{ linkId: 'd', type: 'date', extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-constraint', extension: [{ url: 'key', valueId: 'k' }, { url: 'severity', valueCode: 'warning' }, { url: 'human', valueString: '不能晚于今天 · not in the future' }] }] }]);
    const { paths } = writeResponse(withRule, put(withRule, {}, 'd', ['2030-01-01']), { status: 'completed' });
    const said = hubIssues(withRule, [{ path: 'd', rule: 'constraint', severity: 'warning', message: '不能晚于今天 · not in the future' }, { path: 'x', message: { zh: '甲', en: 'A' } }], paths, []);
    expect(said).toEqual([
      { path: 'd', rule: 'said', severity: 'warning', text: { zh: '不能晚于今天', en: 'not in the future' } },
      { path: '', rule: 'said', severity: 'error', text: { zh: '甲', en: 'A' } },
    ]);
    const own = findIssues(form, {});
    expect(hubIssues(form, [{ path: 'n', rule: 'required', message: 'an answer is needed' }], new Map([['n', 'n']]), own)).toEqual([]);
  });
  it('words of two languages are parted only where the second is English', () => {
    expect(splitWords('甲 · 乙')).toEqual({ zh: '甲 · 乙', en: '' });
  });
});

describe('forms of the scenes', () => {
  const paths = readdirSync(scenes).flatMap((scene) => {
    try {
      return readdirSync(join(scenes, scene, 'forms')).filter((name) => name.endsWith('.json')).map((name) => `${scene}/forms/${name}`);
    } catch {
      return []; // a scene without forms
    }
  });
  it.each(paths)('%s: every item is of a known type, has both languages, and what must be answered is missed', (path) => {
    const form = readScene(path);
    const source = JSON.parse(readFileSync(join(scenes, path), 'utf8')) as Questionnaire;
    const types = (items: QuestionnaireItem[] = []): string[] => items.flatMap((one) => [one.type, ...types(one.item)]);
    expect(allItems(form.items).map(({ type }) => type)).toEqual(types(source.item));
    expect(allItems(form.items).filter(({ text }) => text.zh === '' || text.en === '').map(({ id }) => id)).toEqual([]);
    expect(allItems(form.items).flatMap(({ options }) => options).filter(({ text }) => text.en === '')).toEqual([]);
    const missed = findIssues(form, {}).filter(({ rule }) => rule === 'required').map(({ path: at }) => at);
    const needed = places(form, {}).filter(({ item }) => item.required && !item.calculated && item.type !== 'display').map(({ path: at }) => at);
    expect(missed).toEqual(needed);
    expect(missed.length).toBeGreaterThan(0);
  });
  it('verification: a reason is asked for only when dismissed, its words only for “other”', () => {
    const form = readScene('outbreak-response/forms/verification.json');
    const option = (id: string, code: string) => itemOf(form, id).options.find(({ value }) => (value as { code: string }).code === code)?.value as Value;
    let fill = put(form, {}, 'result', [option('result', 'suspected')]);
    expect(shownIds(form, fill)).not.toContain('reason');
    fill = put(form, fill, 'result', [option('result', 'dismissed')]);
    expect(shownIds(form, fill)).toContain('reason');
    expect(shownIds(form, fill)).not.toContain('reason_text');
    fill = put(form, fill, 'reason', [option('reason', 'other')]);
    expect(shownIds(form, fill)).toContain('reason_text');
    fill = put(form, fill, 'result', [option('result', 'suspected')]);
    expect(writeResponse(form, fill, { status: 'completed' }).response.item?.map(({ linkId }) => linkId)).toEqual(['result']);
  });
});
