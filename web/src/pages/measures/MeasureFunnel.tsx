import { Segmented } from 'antd';
import { useMemo } from 'react';
import type { MeasureCell, MeasureDetail } from '../../api/measures';
import { isCounted, useMeasureCompare, type ComparedArea, type MeasureCompare } from '../../api/plans';
import { escape } from '../../charts/base';
import { dotOption } from '../../charts/measure';
import { funnelOption, standingColour } from '../../charts/plan';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Answer, Nothing } from '../../components/States';
import { formatNumber, formatSigned, noValue } from '../../format/format';
import { formatInterval, formatValue } from '../../format/measure';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useTokens } from '../../theme/useTokens';

const sides = { area: 'compare.area', institution: 'compare.institution', team: 'compare.team' } as const;
type Side = keyof typeof sides;

/** Streets, institutions or teams against all of them together: what chance explains gets no colour. */
export function MeasureFunnel({ measure, period }: { measure: MeasureDetail; period: string }) {
  const { t } = useTexts();
  const { area, value, change } = useAddress();
  const known: Side[] = ['area', ...measure.responsible];
  const by = known.find((side) => side === value('by')) ?? 'area';
  const street = by === 'area' && area.length >= 9;
  const compare = useMeasureCompare(isCounted(measure.method) ? measure.id : '', {
    area: area.slice(0, street ? 9 : 6),
    period,
    ...(by === 'area' ? {} : { by }),
    ...(street ? { among: 'similar' } : {}),
  });
  if (!isCounted(measure.method)) return null;
  return (
    <>
      {known.length > 1 && (
        <div className="compare-sides" role="group" aria-label={t('compare.by')}>
          <span className="label">{t('compare.by')}</span>
          <Segmented
            value={by}
            options={known.map((side) => ({ value: side, label: t(sides[side]) }))}
            onChange={(side) => change({ by: side === 'area' ? '' : side })}
          />
        </div>
      )}
      <div className="measure-grid">
        <Answer of={compare} rows={8}>
          {(data) =>
            data.rows.length === 0 ? (
              <Card title={t('funnel.title')}>
                <Nothing title={t('chart.empty')}>{data.hidden > 0 ? t('compare.hidden', { n: data.hidden }) : t('chart.emptyText')}</Nothing>
              </Card>
            ) : (
              <>
                <Funnel measure={measure} data={data} period={period} />
                <CompareTable measure={measure} data={data} />
                {by !== 'area' && <UnitRanking measure={measure} data={data} period={period} />}
              </>
            )
          }
        </Answer>
      </div>
    </>
  );
}

/** Institutions or teams in order, with intervals: a rank alone is no finding. */
function UnitRanking({ measure, data, period }: { measure: MeasureDetail; data: MeasureCompare; period: string }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const { decimals, better } = measure;
  const rows = useMemo(
    () =>
      data.rows
        .map((row): MeasureCell => ({ ...row, reason: null, status: null, status_reason: null, gap: null, rank: null }))
        .sort((one, other) => ((other.value ?? 0) - (one.value ?? 0)) * (better === 'lower' ? -1 : 1)),
    [data.rows, better],
  );
  const option = useMemo(() => {
    const name = (row: MeasureCell) => loc(row.name);
    const tip = (row: MeasureCell) =>
      [
        escape(loc(row.name)),
        `<b>${escape(formatValue(row.value, decimals))}</b> ${escape(loc(measure.unit))}`,
        escape(t('measures.interval', { interval: formatInterval(row, decimals) })),
      ].join('<br>');
    const whole = data.benchmark;
    return dotOption(
      {
        rows,
        whole,
        wholeName: t('measures.whole', { value: formatValue(whole, decimals) }),
        target: null,
        targetName: '',
        chosen: data.rows.find(({ own }) => own)?.key ?? '',
        nameWidth: 170,
      },
      { tokens, better, decimals, name, tip },
    );
  }, [rows, data, measure.unit, better, decimals, tokens, t, loc]);
  return (
    <ChartCard
      className="compare-ranking"
      title={t('compare.ranking')}
      note={<Loc of={data.unit} />}
      label={t('compare.rankLabel', { name: loc(measure.title), n: rows.length })}
      height={Math.max(260, rows.length * 22 + 60)}
      fileName={`${loc(measure.title)}-${t('compare.ranking')}-${period}`}
      option={option}
      table={{
        columns: [loc(data.unit), loc(measure.title), t('measures.lower'), t('measures.upper')],
        rows: rows.map((row) => [loc(row.name), row.value, row.lower, row.upper]),
        decimals: [undefined, measure.decimals, measure.decimals, measure.decimals],
      }}
    />
  );
}

const near = {
  better: 'near.better',
  similar: 'near.similar',
  worse: 'near.worse',
  higher: 'near.higher',
  lower: 'near.lower',
  not_compared: 'standing.none',
} as const;

/** The street's figure against that of its nearest neighbours together. */
function Similar({ measure, data }: { measure: MeasureDetail; data: MeasureCompare }) {
  const { t, loc } = useTexts();
  const { similar } = data;
  if (!similar) return null;
  if (similar.reason) {
    return (
      <p className="secondary">
        <Loc of={similar.reason} />
      </p>
    );
  }
  return (
    <p className="compare-similar">
      {t('compare.similar', {
        n: similar.keys.length,
        value: formatValue(similar.pooled, measure.decimals),
        interval: formatInterval({ lower: similar.lower, upper: similar.upper, value: similar.pooled }, measure.decimals),
      })}{' '}
      <b>{t(near[(similar.standing ?? 'not_compared') as keyof typeof near])}</b>
      <small className="block secondary">
        {t('compare.profile')} {similar.indicators.map(({ title }) => loc(title)).join(t('compare.comma'))}；<Loc of={similar.why} />
      </small>
    </p>
  );
}

const standings = {
  better: 'standing.better',
  similar: 'standing.similar',
  worse: 'standing.worse',
  higher: 'standing.higher',
  lower: 'standing.lower',
  not_compared: 'standing.none',
} as const;

function Funnel({ measure, data, period }: { measure: MeasureDetail; data: MeasureCompare; period: string }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const { area, change } = useAddress();
  const { decimals } = measure;
  const { rows, limits, benchmark } = data;
  const option = useMemo(() => {
    const tip = (row: ComparedArea) =>
      [
        escape(loc(row.name)),
        `<b>${escape(formatValue(row.value, decimals))}</b> ${escape(loc(measure.unit))}`,
        escape(t('measures.interval', { interval: formatInterval(row, decimals) })),
        escape(`${formatNumber(row.numerator)} / ${formatNumber(row.denominator)}`),
        escape(t(standings[row.standing])),
      ].join('<br>');
    return funnelOption(
      {
        rows,
        limits,
        benchmark,
        unit: loc(measure.unit),
        xName: loc(measure.denominator_name),
        decimals: Math.min(decimals, 1),
        chosen: data.by === 'area' ? area.slice(0, 9) : (rows.find(({ own }) => own)?.key ?? ''),
        names: { benchmark: t('measures.whole', { value: formatValue(benchmark, decimals) }), at95: '95%', at998: '99.8%' },
        tip,
        name: (row) => loc(row.name),
      },
      tokens,
    );
  }, [rows, limits, benchmark, measure, decimals, area, data.by, tokens, t, loc]);
  return (
    <ChartCard
      title={t('funnel.title')}
      note={data.unit ? <Loc of={data.unit} /> : t('funnel.note')}
      label={t(data.by === 'area' ? 'funnel.label' : 'compare.funnelLabel', { name: loc(measure.title), n: rows.length })}
      height={340}
      fileName={`${loc(measure.title)}-${t('funnel.title')}-${period}`}
      option={option}
      onPick={({ index }) => {
        const code = rows[index]?.key;
        if (code && data.by === 'area') change({ area: code === area.slice(0, 9) ? code.slice(0, 6) : code }, true);
      }}
      table={{
        columns: [data.unit ? loc(data.unit) : t('shell.area'), loc(measure.title), t('measures.lower'), t('measures.upper'), t('measures.numerator'), t('measures.denominator'), t('funnel.standing'), t('funnel.change')],
        rows: rows.map((row) => [loc(row.name), row.value, row.lower, row.upper, row.numerator, row.denominator, t(standings[row.standing]), row.change]),
        decimals: [undefined, decimals, decimals, decimals, undefined, undefined, undefined, decimals],
      }}
      source={
        <span className="dot-legend">
          {(measure.better === 'none' ? (['higher', 'similar'] as const) : (['better', 'similar', 'worse'] as const)).map((standing) => (
            <span key={standing}>
              <i style={{ background: standingColour(standing, tokens) }} />
              {t(standings[standing])}
            </span>
          ))}
          <span>{t('funnel.limits')}</span>
          {data.overdispersion !== null && <span>{t('funnel.phi', { phi: formatNumber(data.overdispersion, 2) })}</span>}
          {data.hidden > 0 && <span>{t('compare.hidden', { n: data.hidden })}</span>}
          {data.unassigned && <span>{t('compare.unassigned', { n: formatNumber(data.unassigned.denominator) })}</span>}
          {data.reason && (
            <span>
              <Loc of={data.reason} />
            </span>
          )}
        </span>
      }
    />
  );
}

function CompareTable({ measure, data }: { measure: MeasureDetail; data: MeasureCompare }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const { decimals } = measure;
  const order = { worse: 0, lower: 0, similar: 1, not_compared: 2, higher: 3, better: 3 } as const;
  const rows = [...data.rows].sort(
    (one, other) => order[one.standing] - order[other.standing] || one.key.localeCompare(other.key),
  );
  return (
    <Card title={t('funnel.table')} note={t('funnel.tableNote')}>
      <Similar measure={measure} data={data} />
      <div className="plain-table" style={{ maxHeight: 380 }} tabIndex={0} role="group" aria-label={t('funnel.table')}>
        <table className="simple-table">
          <thead>
            <tr>
              <th scope="col">{data.unit ? <Loc of={data.unit} /> : t('shell.area')}</th>
              <th scope="col" className="right">
                {t('indicators.col.value')}
              </th>
              <th scope="col">{t('funnel.standing')}</th>
              <th scope="col" className="right">
                {t('funnel.change')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">
                  <Loc of={row.name} />
                  {row.own && <small className="compare-own">{t('compare.own')}</small>}
                  {row.distance !== null && <small className="compare-own">{t('compare.near', { distance: formatNumber(row.distance, 2) })}</small>}
                </th>
                <td className="right num">{formatValue(row.value, decimals)}</td>
                <td>
                  <span className="standing">
                    <i style={{ background: standingColour(row.standing, tokens) }} />
                    <Data>{t(standings[row.standing])}</Data>
                  </span>
                </td>
                <td className="right num">{row.change === null ? noValue : formatSigned(row.change, decimals)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
