import { Button, Tooltip } from 'antd';
import { CircleHelp, Languages, Menu, Moon, Search, Sun } from 'lucide-react';
import type { LiveState } from '../api/events';
import { useTexts } from '../i18n';
import { usePreferences } from '../state/preferences';
import { MessageBell } from '../pages/messages/MessageBell';
import { AccountMenu } from './AccountMenu';
import { AreaPicker } from './AreaPicker';
import { AsOf } from './AsOf';
import { PeriodPicker } from './PeriodPicker';
import { SimulatedBadge } from './SimulatedBadge';

interface Props {
  live: LiveState;
  onMenu: () => void;
  onSearch: () => void;
  onHelp: () => void;
}

const icon = { size: 16, strokeWidth: 1.8, 'aria-hidden': true } as const;

export function TopBar({ live, onMenu, onSearch, onHelp }: Props) {
  const { t } = useTexts();
  const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';

  return (
    <header className="top">
      <Button className="only-narrow" type="text" icon={<Menu {...icon} />} onClick={onMenu} aria-label={t('shell.menu')} />
      <div className="top-pickers">
        <AreaPicker />
        <PeriodPicker />
      </div>
      <button type="button" className="top-search" onClick={onSearch} aria-label={`${t('shell.searchHint')} ${keys}`}>
        <Search {...icon} />
        <span className="top-search-text">{t('shell.searchHint')}</span>
        <kbd>{keys}</kbd>
      </button>
      <div className="top-right">
        <SimulatedBadge />
        <AsOf live={live} />
        <MessageBell />
        <LanguageSwitch />
        <ThemeSwitch />
        <Tooltip title={t('shell.help')}>
          <Button type="text" icon={<CircleHelp {...icon} />} onClick={onHelp} aria-label={t('shell.help')} />
        </Tooltip>
        <AccountMenu />
      </div>
    </header>
  );
}

function LanguageSwitch() {
  const { t } = useTexts();
  const { language, setLanguage } = usePreferences();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <Button
      type="text"
      className="language"
      icon={<Languages {...icon} />}
      onClick={() => setLanguage(other)}
      aria-label={`${t('shell.otherLanguage')} – ${t('shell.languageSwitch')}`}
      lang={other}
    >
      <span lang={other}>{t('shell.otherLanguage')}</span>
    </Button>
  );
}

function ThemeSwitch() {
  const { t } = useTexts();
  const { theme, setTheme } = usePreferences();
  const label = theme === 'dark' ? t('shell.toLight') : t('shell.toDark');
  return (
    <Tooltip title={label}>
      <Button
        type="text"
        icon={theme === 'dark' ? <Sun {...icon} /> : <Moon {...icon} />}
        onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        aria-label={label}
      />
    </Tooltip>
  );
}
