import { Link } from 'react-router-dom';
import type { BoardSection } from '../../api/types';
import { Card } from '../../components/Card';
import { Nothing } from '../../components/States';
import { formatInstant, formatNumber } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { DeliveryStateMark } from '../deliveries/DeliveryStateMark';

type Section = Extract<BoardSection, { kind: 'freshness' }>;

/** How fresh the data are: newest deliveries, how far the tables follow, rows per table. */
export function FreshnessSection({ section }: { section: Section }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const { deliveries, feed } = section;
  const tables = [...section.tables].sort((one, other) => other.rows - one.rows);
  return (
    <Card
      title={<Loc of={section.title} />}
      note={
        feed.stale
          ? t('asOf.behind', { n: feed.committed - feed.reached })
          : t('cockpit.upToDate', { ms: formatNumber(feed.lagMs, 0) })
      }
    >
      {deliveries.length === 0 ? (
        <Nothing title={t('deliveries.none')}>{t('deliveries.noneText')}</Nothing>
      ) : (
        <ul className="fresh-list">
          {deliveries.map((delivery) => (
            <li key={delivery.id}>
              <Link to={link(`/deliveries/${delivery.id}`)}>
                <DeliveryStateMark state={delivery.state} />
                <span className="fresh-name">
                  <Data>{delivery.name}</Data>
                </span>
                <span className="num">{t('deliveries.records', { n: formatNumber(delivery.accepted) })}</span>
                <span className={delivery.openProblems > 0 ? 'num fresh-open' : 'num faint'}>
                  {t('deliveries.openCount', { n: formatNumber(delivery.openProblems) })}
                </span>
                <span className="num faint">{formatInstant(delivery.ended ?? delivery.started)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <ul className="fresh-tables">
        {tables.map(({ name, rows }) => (
          <li key={name}>
            <span className="num">{formatNumber(rows)}</span> <code>{name}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
