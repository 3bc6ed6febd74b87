import { Input, Modal } from 'antd';
import { ClipboardList, Database, FileText, Search, UserRound, type LucideIcon } from 'lucide-react';
import { useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { useSearch } from '../api/hooks';
import { useMeasures } from '../api/measureHooks';
import type { SearchHit } from '../api/types';
import { dictionaries, Loc, useTexts } from '../i18n';
import { usePreferences } from '../state/preferences';
import { may, useSession } from '../state/session';
import { useAddress } from '../state/useAddress';
import { useDebounced } from '../state/useDebounced';
import { pages } from './pages';

interface Entry {
  id: string;
  icon: LucideIcon;
  title: SearchHit['title'];
  subtitle: SearchHit['subtitle'];
  act: () => void;
}

const kindIcons: Record<SearchHit['kind'], LucideIcon> = {
  resident: UserRound,
  indicator: ClipboardList,
  page: FileText,
  delivery: Database,
};

/** Pages, actions and computed indicators are known here, in both languages; all else the hub finds. */
function useEntries(text: string, open: boolean): { entries: Entry[]; loading: boolean } {
  const { go, area, period } = useAddress();
  const session = useSession();
  const measures = useMeasures({ area, period }, open && may(session, 'indicators:read'));
  const { theme, setTheme, language, setLanguage } = usePreferences();
  const asked = useDebounced(text.trim(), 150);
  const found = useSearch(asked);

  return useMemo(() => {
    const both = (key: keyof typeof dictionaries.zh) => ({ zh: dictionaries.zh[key], en: dictionaries.en[key] });
    const own: Entry[] = pages.filter(({ needs }) => may(session, needs)).map(({ path, label, answers, icon }) => ({
      id: path,
      icon,
      title: both(label),
      subtitle: both(answers),
      act: () => go(path),
    }));
    const action = (id: string, title: Entry['title'], act: () => void): Entry => ({
      id,
      icon: FileText,
      title,
      subtitle: both('search.action'),
      act,
    });
    own.push(
      action('theme', both(theme === 'dark' ? 'shell.toLight' : 'shell.toDark'), () =>
        setTheme(theme === 'dark' ? 'light' : 'dark'),
      ),
      action('language', both('shell.languageSwitch'), () => setLanguage(language === 'zh' ? 'en' : 'zh')),
      action('wall', both('wall.enter'), () => go('/', { wall: 1 })),
    );
    const wanted = text.trim().toLowerCase();
    if (wanted !== '') {
      own.push(
        ...(measures.data?.items ?? []).map(({ id, title }): Entry => ({
          id: `measure-${id}`,
          icon: ClipboardList,
          title,
          subtitle: both('measures.tabComputed'),
          act: () => go(`/indicators/computed/${id}`),
        })),
      );
    }
    const local = own.filter(({ title }) => `${title.zh} ${title.en}`.toLowerCase().includes(wanted));
    const hits = (asked === '' || wanted === '' ? [] : (found.data?.items ?? []))
      .filter((hit) => hit.kind !== 'page')
      .map((hit, index): Entry => ({
        id: `${hit.path}#${index}`,
        icon: kindIcons[hit.kind],
        title: hit.title,
        subtitle: hit.subtitle,
        act: () => go(hit.path),
      }));
    return { entries: [...local, ...hits], loading: found.isFetching };
  }, [session, text, asked, found.data, found.isFetching, measures.data, go, theme, setTheme, language, setLanguage]);
}

export function SearchPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { entries, loading } = useEntries(text, open);
  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    if (open) setText('');
  }, [open]);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.act();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt((now) => Math.min(now + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setAt((now) => Math.max(now - 1, 0));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(entries[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Modal open={open} onCancel={onClose} footer={null} closable={false} width={600} className="palette" destroyOnHidden>
      <Input
        autoFocus
        size="large"
        variant="borderless"
        prefix={<Search size={18} aria-hidden />}
        placeholder={t('shell.searchHint')}
        aria-label={t('shell.search')}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
      />
      <ul id="palette-list" role="listbox" aria-label={t('search.results')}>
        {entries.map((entry, index) => (
          <li
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            className={index === at ? 'chosen' : ''}
            onMouseMove={() => setAt(index)}
            onClick={() => choose(entry)}
          >
            <entry.icon size={16} strokeWidth={1.8} aria-hidden />
            <span className="palette-title">
              <Loc of={entry.title} />
            </span>
            <span className="palette-sub">
              <Loc of={entry.subtitle} />
            </span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className="palette-none">{loading ? t('state.loading') : t('search.none', { q: text })}</p>}
    </Modal>
  );
}
