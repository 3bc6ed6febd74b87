import { Link } from 'react-router-dom';
import { InternalMark, Watermark } from '../../components/Watermark';
import { useTexts, type Key } from '../../i18n';
import { readChoice } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { CardPanel } from './CardPanel';
import { Duplicates } from './Duplicates';
import { Exports } from './Exports';
import { Figures } from './Figures';
import { List } from './List';
import { Visits } from './Visits';
import './cards.css';

const parts = ['list', 'visits', 'duplicates', 'exports', 'figures'] as const;
type Part = (typeof parts)[number];

const needs: Record<Part, string> = {
  list: 'cards:read',
  visits: 'cards:write',
  duplicates: 'cards:read',
  exports: 'cards:write',
  figures: 'card-figures:read',
};

/** Cards of notifiable diseases: the list, visits to be reported, duplicates, exports, figures; one card beside them. */
export function Component() {
  const { t } = useTexts();
  const { value, change, link } = useAddress();
  const session = useSession();
  const part = readChoice(value('part'), parts, 'list');
  const own = parts.filter((one) => may(session, needs[one]));
  const open = (id: string | null) => change({ open: id }, id !== null);
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.cards')} <InternalMark />
          </h1>
          <p className="page-sub">{t('cardsPage.question')}</p>
        </div>
      </div>
      <nav className="page-tabs" aria-label={t('nav.cards')}>
        {own.map((one) => (
          <Link key={one} to={link('/cards', one === 'list' ? {} : { part: one })} className={one === part ? 'active' : ''} aria-current={one === part ? 'page' : undefined}>
            {t(`cardsPage.${one}` as Key)}
          </Link>
        ))}
      </nav>
      {part === 'list' && <List open={value('open')} onOpen={open} />}
      {part === 'visits' && <Visits onMade={open} />}
      {part === 'duplicates' && <Duplicates onOpen={open} />}
      {part === 'exports' && <Exports onOpen={open} />}
      {part === 'figures' && <Figures />}
      <CardPanel id={value('open')} onClose={() => open(null)} onOpen={open} />
    </div>
  );
}
Component.displayName = 'CardsPage';
