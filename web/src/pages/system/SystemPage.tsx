import { useStatus } from '../../api/hooks';
import type { Status } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { CountBars } from '../../components/CountBars';
import { Answer } from '../../components/States';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { SystemTabs } from './SystemTabs';

/** How the hub itself is doing: store, feed, what it holds. */
export function Component() {
  const { t } = useTexts();
  const status = useStatus();
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.system')}</h1>
          <p className="page-sub">{t('system.question')}</p>
        </div>
      </div>
      <SystemTabs />
      <Answer of={status} rows={10}>
        {(data) => <Sections status={data} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'SystemPage';

function Sections({ status }: { status: Status }) {
  const { t, loc } = useTexts();
  const { store, feed, counts } = status;
  const number = (value: number) => <span className="num">{formatNumber(value)}</span>;
  return (
    <div className="system-grid">
      <Card title={t('system.store')}>
        <Facts
          items={[
            [t('system.storeName'), <Loc of={store.name ?? noValue} />],
            [t('system.storeId'), <code className="digest">{store.id}</code>],
            [t('system.simulated'), t(store.simulated ? 'system.simulatedYes' : 'system.simulatedNo')],
            [t('system.now'), <span className="num">{status.now}</span>],
            [t('system.version'), <span className="num">{status.version}</span>],
          ]}
        />
      </Card>
      <Card title={t('system.feed')} note={t(feed.stale ? 'system.feedBehind' : 'system.feedUp')}>
        <Facts
          items={[
            [t('system.committed'), number(feed.committed)],
            [t('system.reached'), number(feed.reached)],
            [t('system.lag'), <span className="num">{formatNumber(feed.lagMs, 0)} ms</span>],
            [t('asOf.label'), <span className="num">{formatInstant(status.asOf, true)}</span>],
          ]}
        />
      </Card>
      <Card title={t('system.held')}>
        <Facts
          items={[
            [t('system.residents'), number(counts.residents)],
            [t('system.resources'), number(counts.resources)],
            [t('nav.deliveries'), number(counts.deliveries)],
            [t('delivery.openProblems'), number(counts.openProblems)],
          ]}
        />
      </Card>
      <Card title={t('system.types')}>
        <CountBars
          rows={[...status.types].sort((a, b) => b.count - a.count).map(({ name, count }) => [loc(name), count])}
        />
      </Card>
      <Card title={t('system.tables')}>
        <CountBars rows={[...status.tables].sort((a, b) => b.rows - a.rows).map(({ name, rows }) => [name, rows])} />
      </Card>
      <Card title={t('system.interfaces')}>
        <ul className="link-list">
          <li>
            <a href="/api/openapi.yaml">{t('system.openapi')}</a>
          </li>
          <li>
            <a href="/metrics">{t('system.metrics')}</a>
          </li>
        </ul>
      </Card>
    </div>
  );
}
