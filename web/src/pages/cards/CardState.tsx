import { Copy } from 'lucide-react';
import type { DiseaseCard } from '../../api/cards';
import { formatInstant } from '../../format/format';
import { Loc, useTexts } from '../../i18n';

/** Where a card stands; a duplicate is said beside it. */
export function CardState({ card }: { card: DiseaseCard }) {
  const { t } = useTexts();
  return (
    <span className="card-states">
      <span className={`card-state card-${card.state}`}>
        <Loc of={card.state_name} />
      </span>
      {card.duplicates > 1 && (
        <span className="card-state card-twice">
          <Copy size={12} aria-hidden /> {t('cardsPage.twiceMark')}
        </span>
      )}
    </span>
  );
}

/** Until when the next step has to be done. */
export function LimitMark({ card }: { card: DiseaseCard }) {
  const { t } = useTexts();
  if (card.limit === null) return <span className="secondary">{t('cardsPage.noLimit')}</span>;
  return (
    <span className={card.late ? 'text-missed num' : 'num'}>
      {formatInstant(card.limit)} {card.late && t('cardsPage.isLate')}
    </span>
  );
}
