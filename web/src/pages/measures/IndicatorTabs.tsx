import { NavLink } from 'react-router-dom';
import { useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';

/** Computed from records, reported in plans, plans held against figures, and what does not agree in them. */
export function IndicatorTabs() {
  const { t } = useTexts();
  const { link } = useAddress();
  const session = useSession();
  return (
    <nav className="page-tabs" aria-label={t('nav.indicators')}>
      <NavLink to={link('/indicators/computed')}>{t('measures.tabComputed')}</NavLink>
      <NavLink to={link('/indicators')} end>
        {t('measures.tabReported')}
      </NavLink>
      <NavLink to={link('/indicators/plans')}>{t('assess.tab')}</NavLink>
      {may(session, 'figures:read') && <NavLink to={link('/indicators/figures')}>{t('figures.tab')}</NavLink>}
      {may(session, 'tasks:read') && <NavLink to={link('/indicators/reports')}>{t('chapters.tab')}</NavLink>}
      {may(session, 'plan-checks:read') && <NavLink to={link('/indicators/plan-check')}>{t('check.tab')}</NavLink>}
    </nav>
  );
}
