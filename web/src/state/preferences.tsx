import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Language } from '../format/format';
import { cssVariables, type ThemeName } from '../theme/tokens';

interface Preferences {
  language: Language;
  theme: ThemeName;
  setLanguage: (language: Language) => void;
  setTheme: (theme: ThemeName) => void;
}

const PreferenceContext = createContext<Preferences | null>(null);
const prefix = 'health-brain.'; // also read by public/boot.js

/** A browser may refuse storage; then a choice holds until the page is closed. */
export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name);
  } catch {
    return null;
  }
}

export function store(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // the choice holds for this page only
  }
}

export function PreferenceProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(readStored('language') === 'en' ? 'en' : 'zh');
  const [theme, setTheme] = useState<ThemeName>(readStored('theme') === 'dark' ? 'dark' : 'light');

  useEffect(() => {
    store('language', language);
    document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN';
  }, [language]);
  useEffect(() => store('theme', theme), [theme]);

  const value = useMemo(() => ({ language, theme, setLanguage, setTheme }), [language, theme]);
  return <PreferenceContext.Provider value={value}>{children}</PreferenceContext.Provider>;
}

export function usePreferences(): Preferences {
  const preferences = useContext(PreferenceContext);
  if (!preferences) throw new Error('usePreferences outside PreferenceProvider');
  return preferences;
}

/** Puts a theme's colours on the document; the wall is always dark whatever is stored. */
export function useDocumentTheme(theme: ThemeName): void {
  useEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = theme;
    for (const [name, value] of Object.entries(cssVariables(theme))) root.style.setProperty(name, value);
  }, [theme]);
}
