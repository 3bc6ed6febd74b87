import { Link } from 'react-router-dom';
import { useFigures } from '../../api/figures';
import { useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { IndicatorTabs } from '../measures/IndicatorTabs';
import { ConflictsPart } from './ConflictsPart';
import { FigureListPart } from './FigureListPart';
import { ImportPart } from './ImportPart';
import { VintagesPart } from './VintagesPart';
import '../measures/measures.css';
import './figures.css';

const views = ['list', 'import', 'conflicts', 'vintages'] as const;

/** From a department's file to the published number: what stands where, and what is to be done. */
export function Component() {
  const { t } = useTexts();
  const { value, link, area } = useAddress();
  const session = useSession();
  const view = readChoice(value('view'), views, 'list');
  const offered = views.filter((one) => one !== 'import' || may(session, 'figures:write'));
  const conflicts = useFigures({ area, size: 1 }).data?.counts.conflict ?? 0;
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.indicators')}</h1>
          <p className="page-sub">{t('figures.help')}</p>
        </div>
      </div>
      <IndicatorTabs />
      <nav className="figure-views" aria-label={t('figures.views')}>
        {offered.map((one) => (
          <Link key={one} to={link('/indicators/figures', { view: one === 'list' ? null : one })} className={one === view ? 'active' : ''} aria-current={one === view ? 'page' : undefined}>
            {t(`figures.view.${one}`)}
            {one === 'conflicts' && conflicts > 0 && <span className="tab-count num">{conflicts}</span>}
          </Link>
        ))}
      </nav>
      {view === 'list' && <FigureListPart />}
      {view === 'import' && <ImportPart />}
      {view === 'conflicts' && <ConflictsPart />}
      {view === 'vintages' && <VintagesPart />}
    </div>
  );
}
Component.displayName = 'FiguresPage';
