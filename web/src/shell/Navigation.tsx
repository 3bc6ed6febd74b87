import { NavLink, useLocation } from 'react-router-dom';
import { useTaskCounts } from '../api/flows';
import { useStatus } from '../api/hooks';
import { Data, useTexts } from '../i18n';
import { formatNumber } from '../format/format';
import { may, readerOf, useSession } from '../state/session';
import { useAddress } from '../state/useAddress';
import { pages } from './pages';

export function Navigation() {
  const { t } = useTexts();
  const { link } = useAddress();
  const { pathname } = useLocation();
  const session = useSession();
  const status = useStatus();
  const open = status.data?.counts.openProblems ?? 0;
  const tasks = useTaskCounts(may(session, 'tasks:read')).data;

  return (
    <nav className="nav" aria-label={t('shell.navigation')}>
      <div className="brand">
        <img src="/icon.svg" alt="" width={28} height={28} />
        <div>
          <div className="brand-name">{t('product')}</div>
          <div className="brand-sub">{t('product.sub')}</div>
        </div>
      </div>
      <ul>
        {pages.filter(({ needs, tabOf }) => tabOf === undefined && may(session, needs)).map(({ path, under, label, icon: Icon }) => (
          <li key={path}>
            <NavLink to={link(path)} end={path === '/'} className={({ isActive }) => (isActive || (under && pathname.startsWith(under)) ? 'nav-entry active' : 'nav-entry')}>
              <Icon size={16} strokeWidth={1.8} aria-hidden />
              <span>{t(label)}</span>
              {path === '/deliveries' && open > 0 && (
                <span className="nav-count" title={t('shell.openProblems', { n: formatNumber(open) })}>
                  {open > 999 ? '999+' : open}
                </span>
              )}
              {path === '/tasks' && tasks && tasks.mine > 0 && (
                <span className={tasks.overdue > 0 ? 'nav-count nav-late' : 'nav-count'} title={t('shell.openTasks', { n: formatNumber(tasks.mine), late: formatNumber(tasks.overdue) })}>
                  {tasks.mine > 999 ? '999+' : tasks.mine}
                </span>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
      <div className="nav-foot">
        <div>{readerOf(session) ? <Data>{readerOf(session)}</Data> : t('shell.local')}</div>
        {status.data && <div>{t('shell.version', { version: status.data.version })}</div>}
      </div>
    </nav>
  );
}
