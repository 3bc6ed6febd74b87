import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { dictionaries, hasChinese, localize, translate } from './index';
import { zh, type Key } from './zh';

const source = fileURLToPath(new URL('..', import.meta.url));
const keys = Object.keys(zh) as Key[];

function files(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(name) && !/\.test\.|\.d\.ts$/.test(name) ? [path] : [];
  });
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
const code = files(source).filter((path) => !/\/i18n\/(zh|en)(\.ts$|\/)/.test(path));

describe('dictionaries', () => {
  it('have the same keys and no empty text', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      expect(zh[key].trim(), key).not.toBe('');
      expect(en[key].trim(), key).not.toBe('');
    }
  });
  it('name the same places to fill in, except those a language needs alone', () => {
    const onlyOne = new Set(['period.nameMonth', 'period.nameMonthShort']); // English writes month names
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of keys.filter((name) => !onlyOne.has(name))) expect(places(en[key]), key).toEqual(places(zh[key]));
  });
  it('English holds no Chinese but the name of the other language', () => {
    expect(keys.filter((key) => hasChinese(en[key]))).toEqual(['shell.otherLanguage']);
  });
});

describe('source files', () => {
  it('hold no Chinese text outside the dictionaries', () => {
    const guilty = code.filter((path) => /[\u4e00-\u9fff]/.test(withoutComments(readFileSync(path, 'utf8'))));
    expect(guilty.map((path) => path.slice(source.length))).toEqual([]);
  });
  it('use every key, so that no text outlives its page', () => {
    const all = code.map((path) => readFileSync(path, 'utf8')).join('\n');
    const built = [...all.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)*\.)\$\{[^}]*\}([.a-zA-Z]*)`/g)];
    const used = (key: string) =>
      all.includes(`'${key}'`) || built.some(([, start = '', end = '']) => key.startsWith(start) && key.endsWith(end));
    expect(keys.filter((key) => !used(key))).toEqual([]);
  });
});

describe('translate, localize', () => {
  it('fills in what is given and leaves the rest visible', () => {
    expect(translate('en', 'table.total', { n: '1,234' })).toBe('1,234 in total');
    expect(translate('zh', 'table.total')).toBe('共 {n} 条');
  });
  it('falls back to the other language rather than to nothing', () => {
    expect(localize('en', { zh: '街道', en: '' })).toBe('街道');
    expect(localize('zh', { zh: '', en: 'Street' })).toBe('Street');
    expect(localize('zh', null)).toBe('');
  });
  it('both languages are there', () => expect(Object.keys(dictionaries)).toEqual(['zh', 'en']));
});
