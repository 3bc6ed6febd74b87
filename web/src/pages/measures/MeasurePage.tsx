import { Button } from 'antd';
import { ArrowLeft, Download, UsersRound } from 'lucide-react';
import { useMemo } from 'react';
import { Link, useParams } from 'react-router-dom';
import { useStatus } from '../../api/hooks';
import { measureCsv, useMeasure, useMeasureCells } from '../../api/measureHooks';
import type { MeasureDetail, TrendPoint } from '../../api/measures';
import { escape } from '../../charts/base';
import { trendOption } from '../../charts/measure';
import { Card, Facts } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Answer, BlockLoading, Failed, Nothing } from '../../components/States';
import { StatusMark } from '../../components/StatusMark';
import { noValue } from '../../format/format';
import { formatFraction, formatValue, shortTargetOf } from '../../format/measure';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { usePeriodName } from '../../state/usePeriod';
import { useTokens } from '../../theme/useTokens';
import { CopyLink } from '../indicators/IndicatorPanel';
import { ChangeMark } from './MeasureCards';
import { MeasureFunnel } from './MeasureFunnel';
import { MeasureOutlook } from './MeasureOutlook';
import { MeasureParts } from './MeasureParts';
import { MeasureBreakdown, MeasureMap, MeasureRanking } from './MeasureAreas';
import { useIntervalText, useValueText } from './useMeasureWords';
import './measures.css';
import '../plans/plans.css';

export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { area, period, link } = useAddress();
  const measure = useMeasure(id, { area, period });
  return (
    <div className="page">
      <Link className="back" to={link('/indicators/computed')}>
        <ArrowLeft size={13} aria-hidden /> {t('nav.indicators')}
      </Link>
      <Answer of={measure} rows={12}>
        {(data) => <Detail measure={data} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'MeasurePage';

/** The period of the picker; the year of the data without a choice. */
function useShownPeriod(): string {
  const { period } = useAddress();
  const status = useStatus();
  return period || (status.data?.now.slice(0, 4) ?? '');
}

function Detail({ measure }: { measure: MeasureDetail }) {
  const { t, language } = useTexts();
  const { area } = useAddress();
  const period = useShownPeriod();
  return (
    <>
      <div className="page-head">
        <h1>
          <Loc of={measure.title} />
        </h1>
        <div className="page-acts">
          <CopyLink />
          <Button icon={<Download size={14} aria-hidden />} href={measureCsv(measure.id, 'area', language, { area, period })} download>
            {t('table.csv')}
          </Button>
        </div>
      </div>
      <Head measure={measure} />
      <div className="measure-grid">
        <Trend measure={measure} />
        <div className="measure-stack">
          <Reported measure={measure} />
          <Targets measure={measure} />
        </div>
      </div>
      <MeasureParts measure={measure} />
      <MeasureOutlook measure={measure} period={period} />
      <Streets measure={measure} />
      <MeasureFunnel measure={measure} period={period} />
      <Definition measure={measure} />
    </>
  );
}

/** Value, interval, fraction, target and status; and the way to the people behind the number. */
function Head({ measure }: { measure: MeasureDetail }) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  const intervalText = useIntervalText();
  const residents = `/indicators/computed/${measure.id}/residents`;
  return (
    <section className="card measure-head">
      <div>
        <span className="label">{t('indicators.col.value')}</span>
        <span className="measure-value">
          <span className="num">{formatValue(measure.value, measure.decimals)}</span>
          {measure.value !== null && (
            <small>
              <Loc of={measure.unit} />
            </small>
          )}
          <ChangeMark measure={measure} />
        </span>
        <span className="secondary num">{intervalText(measure, measure.decimals) || t('measures.noInterval')}</span>
      </div>
      <div>
        <span className="label">{t('indicators.col.target')}</span>
        <b className="big num">{measure.target ? <Data>{shortTargetOf(measure)}</Data> : noValue}</b>
        <span className="secondary">
          {measure.target
            ? t('measures.targetOf', { level: t(levelKey(measure.target.level)), year: measure.target.year })
            : t('measures.noTarget')}
        </span>
      </div>
      <div>
        <span className="label">{t('indicators.col.status')}</span>
        {measure.target && measure.status ? <StatusMark status={measure.status} /> : <span>{noValue}</span>}
        <span className="secondary">
          <Loc of={measure.status_reason} />
        </span>
      </div>
      <div className="measure-fraction">
        <span className="label">{t('measures.fractionColumn')}</span>
        <b className="big num">{formatFraction(measure)}</b>
        <span className="secondary">
          {measure.numerator_name && <Loc of={measure.numerator_name} />}
          {measure.denominator_name && (
            <>
              {' / '}
              <Loc of={measure.denominator_name} />
            </>
          )}
        </span>
      </div>
      {measure.has_list && (
        <div className="measure-people">
          <span className="label">{t('measures.people')}</span>
          {measure.denominator !== null && (
            <Link to={link(residents, { part: 'gap' })}>
              <UsersRound size={14} aria-hidden /> {t('measures.gapList')}
            </Link>
          )}
          <Link to={link(residents, { part: 'numerator' })} aria-label={t('measures.numeratorListOf', { name: loc(measure.title) })}>
            <UsersRound size={14} aria-hidden /> {t('measures.numeratorList')}
          </Link>
        </div>
      )}
    </section>
  );
}

const levels = { country: 'level.country', province: 'level.province', city: 'level.city', district: 'level.district', street: 'level.street' } as const;
export function levelKey(level: string) {
  return levels[level as keyof typeof levels] ?? 'level.other';
}

function Trend({ measure }: { measure: MeasureDetail }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const periodName = usePeriodName();
  const valueText = useValueText();
  const intervalText = useIntervalText();
  const unit = loc(measure.unit);
  const target = measure.target?.value ?? null;
  const { trend } = measure;
  const option = useMemo(() => {
    const tip = (point: TrendPoint) =>
      [
        escape(periodName(point.period)),
        `<b>${escape(point.value === null ? t('chart.notReported') : valueText(point.value, measure))}</b>`,
        escape(intervalText(point, measure.decimals)),
      ]
        .filter((line) => line !== '')
        .join('<br>');
    const targetName = target === null ? '' : t('measures.targetAt', { value: formatValue(target, Number.isInteger(target) ? 0 : measure.decimals) });
    return trendOption({ points: trend, target, targetName, unit, periodName, tip }, { tokens, decimals: measure.decimals });
  }, [trend, target, unit, periodName, valueText, intervalText, measure, tokens, t]);
  const known = trend.filter(({ value }) => value !== null).length;
  if (known === 0) {
    return (
      <Card title={t('measures.trend')}>
        <Nothing title={t('chart.empty')}>{loc(measure.reason) || t('chart.emptyText')}</Nothing>
      </Card>
    );
  }
  return (
    <ChartCard
      title={t('measures.trend')}
      note={known < trend.length ? t('measures.gaps', { n: trend.length - known }) : undefined}
      label={t('measures.trendLabel', { name: loc(measure.title), n: known })}
      height={320}
      fileName={`${loc(measure.title)}-${t('measures.trend')}`}
      option={option}
      table={{
        columns: [t('shell.period'), unit || loc(measure.title), t('measures.lower'), t('measures.upper')],
        rows: trend.map(({ period, value, lower, upper }) => [periodName(period), value, lower, upper]),
        decimals: [undefined, measure.decimals, measure.decimals, measure.decimals],
      }}
      source={<Loc of={measure.source.title} />}
    />
  );
}

/** What plans and reports print for the same thing, beside what the records give. */
function Reported({ measure }: { measure: MeasureDetail }) {
  const { t } = useTexts();
  const periodName = usePeriodName();
  const period = useShownPeriod();
  const { reported } = measure;
  return (
    <Card title={t('measures.reported')} note={t('measures.reportedNote')}>
      {reported.length === 0 ? (
        <Nothing title={t('measures.noReported')}>{t('measures.noReportedText')}</Nothing>
      ) : (
        <table className="simple-table">
          <thead>
            <tr>
              <th scope="col">{t('measures.where')}</th>
              <th scope="col" className="right">
                {t('indicators.col.year')}
              </th>
              <th scope="col" className="right">
                {t('indicators.col.value')}
              </th>
            </tr>
          </thead>
          <tbody>
            <tr className="row-open">
              <th scope="row">{t('measures.computedHere')}</th>
              <td className="right num">{periodName(period)}</td>
              <td className="right num">
                <b>{formatValue(measure.value, measure.decimals)}</b>
              </td>
            </tr>
            {reported.map(({ plan, no, year, text, differs }) => (
              <tr key={`${typeof plan === 'string' ? plan : plan.zh}-${no}`}>
                <th scope="row">
                  <Loc of={plan} /> <small className="secondary">{t('indicator.number', { no })}</small>
                  {differs && (
                    <small className="block secondary">
                      <Loc of={differs} />
                    </small>
                  )}
                </th>
                <td className="right num">{year ?? noValue}</td>
                <td className="right num">
                  <Data>{text || noValue}</Data>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Streets({ measure }: { measure: MeasureDetail }) {
  const { t, loc } = useTexts();
  const { area } = useAddress();
  const period = useShownPeriod();
  const cells = useMeasureCells(measure.id, 'area', { area: area.slice(0, 6), period });
  if (cells.isError) {
    return (
      <Card title={t('measures.byArea')}>
        <Failed error={cells.error} retry={() => void cells.refetch()} />
      </Card>
    );
  }
  if (!cells.data) {
    return (
      <Card title={t('measures.byArea')}>
        <BlockLoading rows={8} />
      </Card>
    );
  }
  if (!cells.data.rows.some(({ value }) => value !== null)) {
    return (
      <Card title={t('measures.byArea')}>
        <Nothing title={t('chart.empty')}>{loc(cells.data.rows[0]?.reason) || t('chart.emptyText')}</Nothing>
      </Card>
    );
  }
  const shared = { measure, cells: cells.data.rows, period, height: 400 };
  return (
    <div className="streets streets-two">
      <MeasureMap {...shared} title={t('measures.byArea')} />
      <MeasureRanking {...shared} title={t('measures.ranking')} />
    </div>
  );
}

/** Sexes and age bands in one list: where the number comes from among people. */
function Breakdown({ measure }: { measure: MeasureDetail }) {
  const { t } = useTexts();
  const { area } = useAddress();
  const period = useShownPeriod();
  const whole = measure.method === 'composite';
  const sexes = useMeasureCells(whole ? '' : measure.id, 'sex', { area, period });
  const ages = useMeasureCells(whole ? '' : measure.id, 'age', { area, period });
  const failed = [sexes, ages].find(({ isError }) => isError);
  const rows = useMemo(
    () => [...(sexes.data?.rows ?? []), ...(ages.data?.rows ?? [])].filter(({ key, value }) => value !== null && key !== '' && key !== 'unknown'),
    [sexes.data, ages.data],
  );
  if (whole) {
    return (
      <Card title={t('measures.breakdown')}>
        <Nothing title={t('measures.noBreakdown')}>{t('parts.unsplit')}</Nothing>
      </Card>
    );
  }
  if (!failed && rows.length > 1) {
    return <MeasureBreakdown measure={measure} cells={rows} period={period} title={t('measures.breakdown')} />;
  }
  return (
    <Card title={t('measures.breakdown')}>
      {failed ? (
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      ) : !sexes.data || !ages.data ? (
        <BlockLoading rows={6} />
      ) : (
        <Nothing title={t('measures.noBreakdown')}>{t('measures.noBreakdownText')}</Nothing>
      )}
    </Card>
  );
}

/** Basis, groups and SQL: everything by which the number can be traced. */
function Definition({ measure }: { measure: MeasureDetail }) {
  const { t } = useTexts();
  const { basis, source, sql } = measure;
  return (
    <div className="measure-grid">
      <Card title={t('indicator.basis')}>
        <Facts
          items={[
            [t('basis.population'), <Loc of={basis.population} />],
            [t('basis.area'), <Loc of={basis.area} />],
            [t('basis.year'), <Loc of={basis.year} />],
            [t('basis.date'), <Loc of={basis.date} />],
            [t('measures.numerator'), measure.numerator_name ? <Loc of={measure.numerator_name} /> : noValue],
            [t('measures.denominator'), measure.denominator_name ? <Loc of={measure.denominator_name} /> : noValue],
            [t('measures.method'), t(methodKey(measure.method))],
            [t('indicator.source'), <Loc of={source.title} />],
            [t('indicator.document'), <Data>{source.document || noValue}</Data>],
            [t('measures.version'), <span className="num">{measure.version}</span>],
          ]}
        />
      </Card>
      <Breakdown measure={measure} />
      {sql.numerator && (
      <details className="card measure-sql">
        <summary>
          SQL <span className="card-note">{t('measures.sqlNote')}</span>
        </summary>
        <h3>{t('measures.numerator')}</h3>
        <pre className="json" lang="zh" tabIndex={0}>
          {sql.numerator}
        </pre>
        {sql.denominator && (
          <>
            <h3>{t('measures.denominator')}</h3>
            <pre className="json" lang="zh" tabIndex={0}>
              {sql.denominator}
            </pre>
          </>
        )}
      </details>
      )}
    </div>
  );
}

/** Targets of all levels, newest first, with where they are printed. */
function Targets({ measure }: { measure: MeasureDetail }) {
  const { t } = useTexts();
  const { targets } = measure;
  return (
    <Card title={t('indicator.levels')}>
      {targets.length === 0 ? (
        <Nothing title={t('measures.noTarget')}>{t('measures.noTargetText')}</Nothing>
      ) : (
        <Facts
          items={targets.map(({ level, year, text, source: from }) => [
            <>
              {t(levelKey(level))} <span className="num">{year}</span>
            </>,
            <>
              <Data>{text}</Data>
              {from && (
                <small className="block secondary">
                  <Loc of={from} />
                </small>
              )}
            </>,
          ])}
        />
      )}
    </Card>
  );
}

const methods = {
  count: 'method.count',
  proportion: 'method.proportion',
  rate: 'method.rate',
  mean: 'method.mean',
  ratio: 'method.ratio',
  'life-expectancy': 'method.lifeExpectancy',
  'premature-30q70': 'method.premature',
  formula: 'method.formula',
  composite: 'method.composite',
} as const;
export function methodKey(method: string) {
  return methods[method as keyof typeof methods] ?? 'method.other';
}
