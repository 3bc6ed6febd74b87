import { useMemo } from 'react';
import type { MeasureDetail } from '../../api/measures';
import { isCounted, useMeasureCompare, type ComparedArea, type MeasureCompare } from '../../api/plans';
import { escape } from '../../charts/base';
import { funnelOption, standingColour } from '../../charts/plan';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Answer, Nothing } from '../../components/States';
import { formatNumber, formatSigned, noValue } from '../../format/format';
import { formatInterval, formatValue } from '../../format/measure';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useTokens } from '../../theme/useTokens';

/** Streets against all of them together: what chance explains gets no colour. */
export function MeasureFunnel({ measure, period }: { measure: MeasureDetail; period: string }) {
  const { t } = useTexts();
  const { area } = useAddress();
  const compare = useMeasureCompare(isCounted(measure.method) ? measure.id : '', { area: area.slice(0, 6), period });
  if (!isCounted(measure.method)) return null;
  return (
    <div className="measure-grid">
      <Answer of={compare} rows={8}>
        {(data) =>
          data.rows.length === 0 ? (
            <Card title={t('funnel.title')}>
              <Nothing title={t('chart.empty')}>{t('chart.emptyText')}</Nothing>
            </Card>
          ) : (
            <>
              <Funnel measure={measure} data={data} period={period} />
              <CompareTable measure={measure} data={data} />
            </>
          )
        }
      </Answer>
    </div>
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
        chosen: area.slice(0, 9),
        names: { benchmark: t('measures.whole', { value: formatValue(benchmark, decimals) }), at95: '95%', at998: '99.8%' },
        tip,
        name: (row) => loc(row.name),
      },
      tokens,
    );
  }, [rows, limits, benchmark, measure, decimals, area, tokens, t, loc]);
  return (
    <ChartCard
      title={t('funnel.title')}
      note={t('funnel.note')}
      label={t('funnel.label', { name: loc(measure.title), n: rows.length })}
      height={340}
      fileName={`${loc(measure.title)}-${t('funnel.title')}-${period}`}
      option={option}
      onPick={({ index }) => {
        const code = rows[index]?.key;
        if (code) change({ area: code === area.slice(0, 9) ? code.slice(0, 6) : code }, true);
      }}
      table={{
        columns: [t('shell.area'), loc(measure.title), t('measures.lower'), t('measures.upper'), t('measures.numerator'), t('measures.denominator'), t('funnel.standing'), t('funnel.change')],
        rows: rows.map((row) => [loc(row.name), row.value, row.lower, row.upper, row.numerator, row.denominator, t(standings[row.standing]), row.change]),
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
      <div className="plain-table" style={{ maxHeight: 380 }} tabIndex={0} role="group" aria-label={t('funnel.table')}>
        <table className="simple-table">
          <thead>
            <tr>
              <th scope="col">{t('shell.area')}</th>
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
