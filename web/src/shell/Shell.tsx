import { App, ConfigProvider, Drawer } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { Navigate, Outlet, ScrollRestoration, useLocation } from 'react-router-dom';
import { useLiveUpdates } from '../api/events';
import { PageLoading } from '../components/States';
import { TextProvider, useTexts } from '../i18n';
import { useDocumentTheme, usePreferences } from '../state/preferences';
import { useSession } from '../state/session';
import { useAddress } from '../state/useAddress';
import { antdTheme } from '../theme/antd';
import { Entrance } from './Entrance';
import { HelpDrawer } from './HelpDrawer';
import { Navigation } from './Navigation';
import { firstPage, pageOf } from './pages';
import { SearchPalette } from './SearchPalette';
import { TopBar } from './TopBar';
import { useShortcuts } from './useShortcuts';
import { WallBar } from './WallBar';

const OutboxBar = lazy(() => import('../components/form/OutboxBar'));

export function Shell() {
  const { language, theme } = usePreferences();
  const wall = useAddress().value('wall') === '1';
  const shownTheme = wall ? 'dark' : theme;
  useDocumentTheme(shownTheme);
  const dress = useMemo(() => antdTheme(shownTheme), [shownTheme]);

  return (
    <ConfigProvider theme={dress} locale={language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <App>
        <TextProvider language={language}>
          <Entrance>
            <Frame wall={wall} />
          </Entrance>
        </TextProvider>
      </App>
    </ConfigProvider>
  );
}

function useTitle(): void {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const page = pageOf(pathname);
  const title = page ? `${t(page.label)} · ${t('product')}` : t('product');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function Frame({ wall }: { wall: boolean }) {
  const { t } = useTexts();
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  const [menu, setMenu] = useState(false);
  const live = useLiveUpdates();
  const { pathname } = useLocation();
  const home = firstPage(useSession());
  useTitle();
  useShortcuts({ search: () => setSearching(true), help: () => setHelping(true) });
  useEffect(() => setMenu(false), [pathname]);

  return (
    <div className={wall ? 'shell shell-wall' : 'shell'}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      {!wall && (
        <aside className="side">
          <Navigation />
        </aside>
      )}
      {wall ? (
        <WallBar live={live} />
      ) : (
        <TopBar
          live={live}
          onMenu={() => setMenu(true)}
          onSearch={() => setSearching(true)}
          onHelp={() => setHelping(true)}
        />
      )}
      <main id="main" tabIndex={-1}>
        {!wall && (
          <Suspense fallback={null}>
            <OutboxBar />
          </Suspense>
        )}
        <Suspense fallback={<PageLoading />}>
          {home === '/' || pathname !== '/' ? <Outlet /> : <Navigate to={home} replace />}
        </Suspense>
      </main>
      <Drawer open={menu} placement="left" size={240} onClose={() => setMenu(false)} styles={{ body: { padding: 0 } }}>
        <Navigation />
      </Drawer>
      <SearchPalette open={searching} onClose={() => setSearching(false)} />
      <HelpDrawer open={helping} onClose={() => setHelping(false)} />
      <ScrollRestoration />
    </div>
  );
}
