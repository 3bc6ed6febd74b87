import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router-dom';
import { useTexts } from '../../i18n';
import { pages } from '../../shell/pages';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';

const home = '/system';

/** The parts of system management that are the reader's; nothing when it is one alone. */
export function SystemTabs() {
  const { t } = useTexts();
  const { link } = useAddress();
  const session = useSession();
  const { pathname } = useLocation();
  const bar = useRef<HTMLElement>(null);
  // On a phone the bar is longer than the screen: the open part must be in it.
  useEffect(() => {
    bar.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  const own = pages.filter(({ tabOf, needs }) => tabOf === home && may(session, needs));
  if (own.length === 0) return null;
  return (
    <nav ref={bar} className="page-tabs" aria-label={t('nav.system')}>
      {own.map(({ path, label }) => (
        <NavLink key={path} to={link(path)}>
          {t(label)}
        </NavLink>
      ))}
      <NavLink to={link(home)} end>
        {t('system.running')}
      </NavLink>
    </nav>
  );
}
