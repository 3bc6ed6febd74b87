import { Alert, Button, Input, Switch } from 'antd';
import { useState } from 'react';
import { publishComputed, useVintages, type Vintage } from '../../api/figures';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { formatInstant, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { useFigureRefresh } from './FigureBulk';

const changes = { none: 'change.none', unchanged: 'change.unchanged', definition: 'change.definition', records: 'change.records', 'not-computed': 'change.not-computed' } as const;

/** Published numbers, and whether definitions or records give another one now. */
export function VintagesPart() {
  const { t } = useTexts();
  const { value, change, area } = useAddress();
  const [year, setYear] = useTypedValue(value('year'), (one) => change({ year: one }));
  const compare = value('compare') === 'true';
  const list = useVintages({ area, period: value('year'), compare: compare ? 'true' : '' });
  return (
    <>
      <Publish />
      <Card className="table-card">
        <div className="filters">
          <Input className="figure-year" allowClear value={year} placeholder={t('figures.year')} aria-label={t('figures.year')} onChange={(event) => setYear(event.target.value)} />
          <label className="figure-switch">
            <Switch checked={compare} aria-label={t('vintage.compare')} onChange={(on) => change({ compare: on ? 'true' : null })} /> {t('vintage.compare')}
          </label>
        </div>
        <Answer of={list} rows={10}>
          {({ items }) =>
            items.length === 0 ? <Nothing title={t('vintage.none')}>{t('vintage.noneText')}</Nothing> : <Vintages items={items} compare={compare} />
          }
        </Answer>
      </Card>
    </>
  );
}

function Publish() {
  const { t } = useTexts();
  const session = useSession();
  const { area, value } = useAddress();
  const refresh = useFigureRefresh();
  const { busy, fault, run } = useAct();
  const [period, setPeriod] = useState(value('year'));
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState('');
  if (!may(session, 'figures:review')) return null;
  const publish = async () => {
    const answer = await run(() => publishComputed({ period: period.trim(), area, ...(reason.trim() ? { reason: reason.trim() } : {}) }));
    if (!answer) return;
    const refused = answer.results.filter(({ ok }) => !ok).length;
    setSaid(t('vintage.publishDone', { n: answer.results.length - refused, refused }));
    await refresh();
  };
  return (
    <Card title={t('vintage.publish')}>
      <p className="secondary">{t('vintage.publishHelp')}</p>
      <div className="filters">
        <Input className="figure-year" value={period} placeholder="2025" aria-label={t('figures.year')} onChange={(event) => setPeriod(event.target.value)} />
        <Input className="figure-note" value={reason} maxLength={500} placeholder={t('vintage.reason')} aria-label={t('vintage.reason')} onChange={(event) => setReason(event.target.value)} />
        <Button type="primary" loading={busy} disabled={period.trim() === ''} onClick={() => void publish()}>
          {t('figures.act.publish')}
        </Button>
      </div>
      {said && <Alert type="info" showIcon title={said} role="status" />}
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </Card>
  );
}

function Vintages({ items, compare }: { items: readonly Vintage[]; compare: boolean }) {
  const { t } = useTexts();
  return (
    <div className="figure-scroll">
      <table className="simple-table vintage-table">
        <thead>
          <tr>
            <th scope="col">{t('indicators.col.name')}</th>
            <th scope="col">{t('figures.area')}</th>
            <th scope="col">{t('figures.year')}</th>
            <th scope="col" className="right">{t('vintage.number')}</th>
            <th scope="col" className="right">{t('figures.value')}</th>
            {compare && (
              <>
                <th scope="col" className="right">{t('vintage.now')}</th>
                <th scope="col" className="right">{t('vintage.difference')}</th>
                <th scope="col">{t('vintage.change')}</th>
              </>
            )}
            <th scope="col">{t('vintage.at')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <VintageRow key={`${one.indicator} ${one.area} ${one.period} ${one.vintage}`} one={one} compare={compare} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function VintageRow({ one, compare }: { one: Vintage; compare: boolean }) {
  const { t } = useTexts();
  const changed = one.change === 'definition' || one.change === 'records';
  return (
    <tr>
      <th scope="row">
        <Loc of={one.name} />
        <small className="block secondary">
          {t(one.computed ? 'vintage.computed' : 'vintage.reported')}
        </small>
      </th>
      <td><Loc of={one.area_name} /></td>
      <td className="num">{one.period}</td>
      <td className="right num">{one.vintage}</td>
      <td className="right num">
        <b><Data>{one.value}</Data></b> <small><Loc of={one.unit} /></small>
      </td>
      {compare && (
        <>
          <td className="right num" data-label={t('vintage.now')}>{one.now || noValue}</td>
          <td className="right num" data-label={t('vintage.difference')}>{one.difference || noValue}</td>
          <td className={changed ? 'vintage-changed' : 'secondary'}>{one.change ? t(changes[one.change as keyof typeof changes]) : noValue}</td>
        </>
      )}
      <td>
        <Data>{one.by}</Data> <span className="secondary num">{formatInstant(one.at)}</span>
        {one.reason && (
          <small className="block">
            <Data>{one.reason}</Data>
          </small>
        )}
      </td>
    </tr>
  );
}
