import { Button } from 'antd';
import { useCardGroups, type DiseaseCard } from '../../api/cards';
import { Card, Facts } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { formatInstant, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { CardState } from './CardState';

const size = 20;

/** Cards of one person and disease side by side; the decision is an act of one of them. */
export function Duplicates({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const page = readCount(value('page'), 1);
  const groups = useCardGroups({ page, size });
  return (
    <Card title={t('cardsPage.duplicates')} note={groups.data && t('cardsPage.duplicatesNote', { n: groups.data.total, days: groups.data.days })}>
      <Answer of={groups} rows={10}>
        {(data) =>
          data.items.length === 0 ? (
            <Nothing title={t('cardsPage.noDuplicates')}>{t('cardsPage.noDuplicatesText')}</Nothing>
          ) : (
            <>
              {data.items.map(({ cards }) => (
                <div key={cards.map(({ id }) => id).join()} className="card-group">
                  {cards.map((one) => (
                    <Side key={one.id} card={one} onOpen={onOpen} />
                  ))}
                </div>
              ))}
              {data.total > size && (
                <div className="pager">
                  <Button disabled={page <= 1} onClick={() => change({ page: page > 2 ? page - 1 : null })}>{t('cardsPage.before')}</Button>
                  <span className="num">{page}</span>
                  <Button disabled={page * size >= data.total} onClick={() => change({ page: page + 1 })}>{t('cardsPage.next')}</Button>
                </div>
              )}
            </>
          )
        }
      </Answer>
    </Card>
  );
}

function Side({ card, onOpen }: { card: DiseaseCard; onOpen: (id: string) => void }) {
  const { t } = useTexts();
  return (
    <section className="card-side">
      <p className="card-title">
        <b><Loc of={card.disease_name ?? card.disease} /></b> <CardState card={card} />
      </p>
      <Facts
        items={[
          [t('cardsPage.person'), <Data>{card.resident?.name || noValue}</Data>],
          [t('cardsPage.caseClass'), <Loc of={card.case_class_name ?? noValue} />],
          [t('cardsPage.onset'), <span className="num">{card.onset ?? noValue}</span>],
          [t('cardsPage.diagnosed'), <span className="num">{card.diagnosed ? formatInstant(card.diagnosed) : noValue}</span>],
          [t('cardsPage.filled'), <span className="num">{card.filled ? formatInstant(card.filled) : noValue}</span>],
          [t('cardsPage.institution'), <Data>{card.organization_name ?? noValue}</Data>],
          [t('shell.area'), <Loc of={card.area_name ?? noValue} />],
          [t('cardsPage.number'), <span className="num">{card.number ?? t('cardsPage.notBack')}</span>],
        ]}
      />
      <Button onClick={() => onOpen(card.id)}>{t('cardsPage.decide')}</Button>
    </section>
  );
}
