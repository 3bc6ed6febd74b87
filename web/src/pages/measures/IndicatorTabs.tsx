import { NavLink } from 'react-router-dom';
import { useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';

/** Computed from records, or reported in plans: two lists of the same page. */
export function IndicatorTabs() {
  const { t } = useTexts();
  const { link } = useAddress();
  return (
    <nav className="page-tabs" aria-label={t('nav.indicators')}>
      <NavLink to={link('/indicators/computed')}>{t('measures.tabComputed')}</NavLink>
      <NavLink to={link('/indicators')} end>
        {t('measures.tabReported')}
      </NavLink>
    </nav>
  );
}
