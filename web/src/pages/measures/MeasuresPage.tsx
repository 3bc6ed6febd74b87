import { Button, Input, Select } from 'antd';
import { Download, Search } from 'lucide-react';
import { Link } from 'react-router-dom';
import { useMeasures } from '../../api/measureHooks';
import type { Measure, MeasureList } from '../../api/measures';
import type { IndicatorStatus } from '../../api/types';
import { Card } from '../../components/Card';
import { saveText } from '../../components/save';
import { Sparkline } from '../../components/Sparkline';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { StatusIcon, StatusMark } from '../../components/StatusMark';
import { writeCsv } from '../../format/csv';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { countStatuses, formatFraction, formatValue, shortTargetOf } from '../../format/measure';
import { statuses } from '../../format/status';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { usePeriodName } from '../../state/usePeriod';
import { useTypedValue } from '../../state/useTypedValue';
import { IndicatorTabs } from './IndicatorTabs';
import { ChangeMark } from './MeasureCards';
import { fieldKey, fieldsOf } from './fields';
import { useIntervalText } from './useMeasureWords';
import './measures.css';

export function Component() {
  const { t, loc } = useTexts();
  const { value, area, period, change } = useAddress();
  const list = useMeasures({ area, period });
  const name = usePeriodName();
  const field = value('field');
  const status = value('status');
  const words = value('q').toLowerCase();
  const shown = (list.data?.items ?? []).filter(
    (item) =>
      (field === '' || item.field === field) &&
      (status === '' || (item.target !== null && item.status === status)) &&
      `${item.title.zh} ${item.title.en}`.toLowerCase().includes(words),
  );
  const save = () => {
    const columns = [
      t('indicators.col.name'),
      t('indicators.col.field'),
      t('measures.unitColumn'),
      t('indicators.col.value'),
      t('measures.lower'),
      t('measures.upper'),
      t('measures.numerator'),
      t('measures.denominator'),
      t('indicators.col.target'),
      t('indicators.col.status'),
    ];
    const rows = shown.map((item) => [
      loc(item.title),
      t(fieldKey(item.field)),
      loc(item.unit),
      item.value,
      item.lower,
      item.upper,
      item.numerator,
      item.denominator,
      item.target?.text ?? null,
      item.target && item.status ? t(`status.${item.status}`) : null,
    ]);
    const file = [t('nav.indicators'), list.data?.area, list.data?.period, field, status].filter(Boolean).join('-');
    saveText(`${file}.csv`, writeCsv(columns, rows), 'text/csv;charset=utf-8');
  };
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.indicators')}</h1>
          <p className="page-sub">
            {t('measures.question')}
            {list.data && ` ${t('measures.asOf', { period: name(list.data.period), time: formatInstant(list.data.as_of) })}`}
          </p>
        </div>
        <div className="page-acts">
          <Button icon={<Download size={14} aria-hidden />} onClick={save} disabled={shown.length === 0}>
            {t('table.csv')}
          </Button>
        </div>
      </div>
      <IndicatorTabs />
      <Card className="table-card">
        {list.data && <Filters list={list.data} />}
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={14} />
        ) : list.data.items.length === 0 ? (
          <Nothing title={t('measures.noneAtAll')}>{t('measures.noneAtAllText')}</Nothing>
        ) : shown.length === 0 ? (
          <Nothing title={t('indicators.none')}>
            {t('indicators.noneText')}{' '}
            <Button type="link" onClick={() => change({ field: null, status: null, q: null })}>
              {t('table.clearFilters')}
            </Button>
          </Nothing>
        ) : (
          <div className={list.isPlaceholderData ? 'dimmed' : ''} aria-busy={list.isPlaceholderData}>
            <Table items={shown} />
          </div>
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'MeasuresPage';

function Filters({ list }: { list: MeasureList }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q }));
  const counts = countStatuses(list.items);
  const status = value('status');
  return (
    <div className="filters">
      <Input
        className="filter-text"
        allowClear
        value={text}
        prefix={<Search size={14} aria-hidden />}
        placeholder={t('measures.textHint')}
        aria-label={t('measures.textHint')}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="chips" role="group" aria-label={t('indicators.col.status')}>
        {statuses.map((one: IndicatorStatus) => (
          <button
            type="button"
            key={one}
            className={status === one ? 'chip chip-on' : 'chip'}
            aria-pressed={status === one}
            onClick={() => change({ status: status === one ? null : one })}
          >
            <StatusIcon status={one} />
            {t(`status.${one}`)} <span className="num">{counts[one] ?? 0}</span>
          </button>
        ))}
      </div>
      <Select
        className="filter-field"
        allowClear
        value={value('field') || undefined}
        placeholder={t('indicators.allFields')}
        aria-label={t('indicators.col.field')}
        options={fieldsOf(list.items).map((one) => ({
          value: one,
          label: `${t(fieldKey(one))} (${list.items.filter((item) => item.field === one).length})`,
        }))}
        onChange={(one?: string) => change({ field: one })}
      />
    </div>
  );
}

function Table({ items }: { items: readonly Measure[] }) {
  const { t } = useTexts();
  return (
    <table className="measure-table">
      <thead>
        <tr>
          <th scope="col">{t('indicators.col.name')}</th>
          <th scope="col" className="right">
            {t('indicators.col.value')}
          </th>
          <th scope="col" className="right only-wide">
            {t('measures.fractionColumn')}
          </th>
          <th scope="col" className="right only-wide">
            {t('measures.changeColumn')}
          </th>
          <th scope="col" className="only-wide">
            {t('measures.trendColumn')}
          </th>
          <th scope="col">{t('indicators.col.target')}</th>
          <th scope="col">{t('indicators.col.status')}</th>
        </tr>
      </thead>
      {fieldsOf(items).map((field) => (
        <tbody key={field}>
          <tr className="measure-field">
            <th scope="rowgroup" colSpan={7}>
              {t(fieldKey(field))} <FieldCount items={items.filter((item) => item.field === field)} />
            </th>
          </tr>
          {items
            .filter((item) => item.field === field)
            .map((item) => (
              <Row key={item.id} measure={item} />
            ))}
        </tbody>
      ))}
    </table>
  );
}

function FieldCount({ items }: { items: readonly Measure[] }) {
  const { t } = useTexts();
  const counts = countStatuses(items);
  const all = statuses.reduce((sum, one) => sum + (counts[one] ?? 0), 0);
  if (all === 0) return null;
  return <small className="num secondary">{t('cockpit.metOf', { met: counts.met ?? 0, all })}</small>;
}

function Row({ measure }: { measure: Measure }) {
  const { t, loc } = useTexts();
  const { link, go } = useAddress();
  const intervalText = useIntervalText();
  const path = `/indicators/computed/${measure.id}`;
  const interval = intervalText(measure, measure.decimals);
  const reason = measure.value === null ? loc(measure.reason) : '';
  return (
    <tr className="measure-row" onClick={() => void go(path)}>
      <th scope="row">
        <Link to={link(path)} onClick={(event) => event.stopPropagation()}>
          <Loc of={measure.title} />
        </Link>
      </th>
      <td className="right measure-cell-value" title={interval || reason || undefined}>
        <span className="num">{formatValue(measure.value, measure.decimals)}</span>
        {measure.value !== null && (
          <small className="unit">
            <Loc of={measure.unit} />
          </small>
        )}
      </td>
      <td className="right num secondary only-wide">
        {measure.value === null && reason ? <span className="measure-why"><Data>{reason}</Data></span> : formatFraction(measure)}
      </td>
      <td className="right only-wide">
        <ChangeMark measure={measure} dash />
      </td>
      <td className="only-wide measure-cell-trend">
        <Sparkline
          points={measure.trend}
          target={measure.target?.value}
          label={t('measures.trendLabel', {
            name: loc(measure.title),
            n: formatNumber(measure.trend.filter(({ value }) => value !== null).length),
          })}
        />
      </td>
      <td className="num">{measure.target ? <Data>{shortTargetOf(measure)}</Data> : <span className="faint">{t('measures.noTarget')}</span>}</td>
      <td title={loc(measure.status_reason) || undefined}>
        {measure.target && measure.status ? <StatusMark status={measure.status} /> : <span className="faint only-wide">{noValue}</span>}
      </td>
    </tr>
  );
}
