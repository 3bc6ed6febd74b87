import { describe, expect, it } from 'vitest';
import { translate } from '../i18n';
import { readExpected } from './expected';

const inChinese = (text: string) => {
  const found = readExpected(text);
  return found && translate('zh', found.key, found.parts);
};

describe('readExpected', () => {
  it('keeps the example of the hub in our words', () => {
    expect(inChinese('a date that exists, such as 2020-02-28')).toBe('存在的日期，如 2020-02-28');
    expect(inChinese('a whole number from 0 to 2147483647')).toBe('0 至 2147483647 的整数');
    expect(inChinese('an element of Patient')).toBe('Patient 的字段');
    expect(inChinese('a list [...]')).toBe('列表 […]');
    expect(inChinese('JSON text (A string is opened, but never closed.)')).toBe('完整的 JSON 文本（UTF-8）');
  });
  it('does not take a part of a phrase for the whole', () => {
    expect(inChinese('a text')).toBe('文本');
    expect(inChinese('a text that is not empty')).toBe('非空文本');
    expect(readExpected('at least 80% of the records')).toBeNull();
  });
});
