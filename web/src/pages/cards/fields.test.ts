import { describe, expect, it } from 'vitest';
import type { CardForm } from '../../api/cards';
import { changedFields, lacking, localOf, shownField, timeOf } from './fields';

const field = (name: string, kind: 'code' | 'date' | 'time' | 'text', required = true) => ({ name, kind, required, title: { zh: name, en: name }, options: [{ code: 'pupil', name: { zh: '学生', en: 'Pupil' } }] });
const form = { fields: [field('onsetDate', 'date'), field('populationGroup', 'code'), field('school', 'text', false)] } as unknown as CardForm;

describe('fields of a card', () => {
  it('names what is missing; a pupil needs a school', () => {
    expect(lacking(form, { onsetDate: '2025-06-01' })).toEqual(['populationGroup']);
    expect(lacking(form, { onsetDate: '2025-06-01', populationGroup: 'pupil' })).toEqual(['school']);
    expect(lacking(form, { onsetDate: '2025-06-01', populationGroup: 'worker' })).toEqual([]);
  });
  it('sends only what was changed; what was taken out is empty', () => {
    expect(changedFields({ a: '1', b: '2', c: '3' }, { a: '1', b: '4', d: '5' })).toEqual({ b: '4', c: '', d: '5' });
  });
  it('turns times into local ones and back', () => {
    expect(localOf('2025-06-03T09:50:00+08:00')).toBe('2025-06-03T09:50');
    expect(localOf('2025-06-03')).toBe('2025-06-03T00:00');
    expect(timeOf('2025-06-03T09:50')).toBe('2025-06-03T09:50:00+08:00');
    expect(timeOf('')).toBe('');
  });
  it('shows codes in words', () => {
    expect(shownField(field('populationGroup', 'code'), 'pupil', (text) => (typeof text === 'string' ? text : (text?.zh ?? '')))).toBe('学生');
  });
});
