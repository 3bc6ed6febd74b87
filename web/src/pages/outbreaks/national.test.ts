import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../components/form/definition';
import type { Questionnaire, QuestionnaireResponse } from '../../components/form/fhir';
import { readResponse } from '../../components/form/model';
import { nationalFields, nationalReport } from './national';

const form = (name: string) => JSON.parse(readFileSync(new URL(`../../../../scenes/outbreak-response/forms/${name}.json`, import.meta.url), 'utf8')) as Questionnaire;
const response = (item: unknown[]) => ({ resourceType: 'QuestionnaireResponse', status: 'completed', item }) as unknown as QuestionnaireResponse;

describe('reports in the fields of the national system', () => {
  it('the initial report has the items that the rules of 2006 ask for', () => {
    expect([...nationalFields(form('report-initial')).values()]).toEqual(
      expect.arrayContaining(['事件名称', '事件类别', '事件性质', '发生地点', '发生时间', '发病人数', '死亡人数', '主要临床症状', '可能原因', '已采取的措施', '报告单位和报告人员', '通讯方式']),
    );
  });
  it('every item of every report is a field', () => {
    for (const name of ['report-initial', 'report-progress', 'report-closing']) expect(nationalFields(form(name)).size).toBe(form(name).item?.length);
  });
  it('values stand in words and, where there is one, with their code', () => {
    const one = form('report-initial');
    const definition = readForm(one);
    const kind = { system: 'https://health-brain.org/fhir/CodeSystem/event-kind', code: 'food-poisoning', display: '食物中毒' };
    const fill = readResponse(definition, response([{ linkId: 'cases', answer: [{ valueInteger: 23 }] }, { linkId: 'kind', answer: [{ valueCoding: kind }] }]));
    const report = nationalReport({ id: 'e1' }, { at: '2026-03-05T06:50:00.000Z', user: 'li.na' }, one, definition, fill, (_, value: unknown) => String((value as { display?: string }).display ?? value));
    expect(report.fields.find(({ field }) => field === '发病人数')).toEqual({ field: '发病人数', item: 'cases', values: [{ text: '23' }] });
    expect(report.fields.find(({ field }) => field === '事件类别')?.values).toEqual([{ text: '食物中毒', code: 'food-poisoning' }]);
    expect(report.fields.find(({ field }) => field === '通讯方式')?.values).toEqual([]);
    expect(report.form).toBe('https://health-brain.org/fhir/Questionnaire/report-initial|2');
  });
});
