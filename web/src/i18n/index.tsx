import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { Localized } from '../api/types';
import type { Language } from '../format/format';
import { en } from './en';
import { zh, type Key } from './zh';

export type { Key } from './zh';
export type Params = Record<string, string | number>;

export const dictionaries: Record<Language, Record<Key, string>> = { zh, en };

const chinese = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]/;

export function hasChinese(text: string): boolean {
  return chinese.test(text);
}

/** The text of a key with {name} filled in. */
export function translate(language: Language, key: Key, params: Params = {}): string {
  return dictionaries[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? String(params[name]) : whole,
  );
}

/** A text of the content in one language; the other one where that is empty. */
export function localize(language: Language, text: Localized | string | null | undefined): string {
  if (text === null || text === undefined) return '';
  if (typeof text === 'string') return text;
  return language === 'en' ? text.en || text.zh : text.zh || text.en;
}

export interface Texts {
  language: Language;
  t: (key: Key, params?: Params) => string;
  loc: (text: Localized | string | null | undefined) => string;
}

const TextContext = createContext<Texts>({
  language: 'zh',
  t: (key, params) => translate('zh', key, params),
  loc: (text) => localize('zh', text),
});

export function TextProvider({ language, children }: { language: Language; children: ReactNode }) {
  const texts = useMemo<Texts>(
    () => ({
      language,
      t: (key, params) => translate(language, key, params),
      loc: (text) => localize(language, text),
    }),
    [language],
  );
  return <TextContext.Provider value={texts}>{children}</TextContext.Provider>;
}

export function useTexts(): Texts {
  return useContext(TextContext);
}

/** Data as delivered (names, official terms): marked as Chinese on an English page. */
export function Data({ children }: { children: string | null | undefined }) {
  const { language } = useTexts();
  if (!children) return null;
  return language === 'en' && hasChinese(children) ? <span lang="zh">{children}</span> : <>{children}</>;
}

/** A text of the content in the reader's language. */
export function Loc({ of }: { of: Localized | string | null | undefined }) {
  const { loc } = useTexts();
  return <Data>{loc(of)}</Data>;
}
