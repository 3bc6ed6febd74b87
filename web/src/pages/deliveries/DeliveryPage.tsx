import { Progress, Tabs } from 'antd';
import { ArrowLeft } from 'lucide-react';
import { useEffect } from 'react';
import { Link, useParams } from 'react-router-dom';
import { useDelivery } from '../../api/hooks';
import type { Delivery } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { CountBars } from '../../components/CountBars';
import { Answer } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatBytes, formatInstant, formatNumber, formatSeconds, noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypeName } from '../../state/useTypeName';
import { CancelDelivery } from './CancelDelivery';
import { DeliveryStateMark } from './DeliveryStateMark';
import { OrphanList } from './OrphanList';
import { ProblemList } from './ProblemList';
import { ProblemPanel } from './ProblemPanel';
import './deliveries.css';

export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { link, value, change, go } = useAddress();
  const delivery = useDelivery(id, false);
  const live = useDelivery(id, delivery.data?.state === 'receiving');

  // a file that waits for its turn has a number below zero until it becomes a delivery
  const known = live.data?.id;
  useEffect(() => {
    if (known !== undefined && known > 0 && String(known) !== id) go(`/deliveries/${known}`, {}, true);
  }, [known, id, go]);

  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/deliveries')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.deliveries')}
      </Link>
      <Answer of={live} rows={10}>
        {(data) => (
          <>
            <Head delivery={data} />
            <Counts delivery={data} />
            <div className="delivery-grid">
              {data.id > 0 ? <Lists delivery={data} /> : <Card>{t('deliveries.waiting')}</Card>}
              <Contents delivery={data} />
            </div>
          </>
        )}
      </Answer>
      <ProblemPanel id={value('problem')} onClose={() => change({ problem: null })} />
    </div>
  );
}
Component.displayName = 'DeliveryPage';

function Head({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const { state, progress, error } = delivery;
  return (
    <div className="page-head">
      <div>
        <h1>
          <Data>{delivery.name}</Data> <InternalMark />
        </h1>
        <p className="page-sub">
          <DeliveryStateMark state={state} /> · {t('delivery.startedAt', { time: formatInstant(delivery.started) })}
          {delivery.seconds !== null && <> · {formatSeconds(delivery.seconds)}</>} · {formatBytes(delivery.bytes)}
        </p>
        {error && <p className="text-missed">{t('delivery.failedText', { why: error })}</p>}
        {state === 'receiving' && (
          <div className="receiving wide">
            <Progress percent={Math.round((progress ?? 0) * 100)} aria-label={delivery.name} />
            <CancelDelivery id={delivery.id} />
          </div>
        )}
      </div>
    </div>
  );
}

function Counts({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const items: [string, number, boolean?][] = [
    [t('delivery.accepted'), delivery.accepted],
    [t('delivery.duplicates'), delivery.duplicates],
    [t('delivery.quarantined'), delivery.quarantined],
    [t('delivery.openProblems'), delivery.openProblems, delivery.openProblems > 0],
    [t('delivery.orphans'), delivery.orphans],
  ];
  return (
    <div className="key-figures">
      {items.map(([name, count, wrong]) => (
        <div className="figure" key={name}>
          <div className="figure-name">{name}</div>
          <div className={wrong ? 'figure-value num text-missed' : 'figure-value num'}>{formatNumber(count)}</div>
        </div>
      ))}
    </div>
  );
}

function Lists({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const list = readChoice(value('list'), ['problems', 'orphans'] as const, 'problems');
  return (
    <Card className="table-card">
      <Tabs
        activeKey={list}
        onChange={(next) => change({ list: next === 'problems' ? null : next, page: null })}
        items={[
          { key: 'problems', label: `${t('problems.title')} ${formatNumber(delivery.quarantined)}` },
          { key: 'orphans', label: `${t('orphans.title')} ${formatNumber(delivery.orphans)}` },
        ]}
      />
      {list === 'problems' ? <ProblemList delivery={delivery} /> : <OrphanList delivery={delivery} />}
    </Card>
  );
}

/** Where a delivery came from: the page, a file given to the program, or a name of the sender's. */
function Source({ of }: { of: string }) {
  const { t } = useTexts();
  if (of.startsWith('web:')) return <>{t('source.web')}</>;
  return of === 'file' ? <>{t('source.file')}</> : <Data>{of || noValue}</Data>;
}

/** What the delivery held, by type, and what became of it in the tables. */
function Contents({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const typeName = useTypeName();
  const sorted = (counts: Record<string, number>) => Object.entries(counts).sort(([, one], [, other]) => other - one);
  return (
    <div className="delivery-side">
      <Card title={t('delivery.resources')}>
        <CountBars rows={sorted(delivery.resources).map(([type, count]) => [typeName(type), count])} />
      </Card>
      <Card title={t('delivery.tables')}>
        <CountBars rows={sorted(delivery.tables)} />
      </Card>
      <Card title={t('delivery.origin')}>
        <Facts
          items={[
            [t('delivery.source'), <Source of={delivery.source} />],
            [t('delivery.digest'), <code className="digest">{delivery.digest ?? noValue}</code>],
            [t('delivery.ended'), <span className="num">{formatInstant(delivery.ended, true)}</span>],
          ]}
        />
      </Card>
    </div>
  );
}
