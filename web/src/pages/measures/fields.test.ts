import { describe, expect, it } from 'vitest';
import { fieldKey, fieldsOf } from './fields';

describe('fieldsOf, fieldKey', () => {
  it('in reading order, each once, unknown ones last', () => {
    const items = ['infectious', 'sport', 'population', 'chronic', 'infectious'].map((field) => ({ field }));
    expect(fieldsOf(items)).toEqual(['population', 'chronic', 'infectious', 'sport']);
    expect(fieldKey('maternal-child')).toBe('field.maternalChild');
    expect(fieldKey('sport')).toBe('field.other');
  });
});
