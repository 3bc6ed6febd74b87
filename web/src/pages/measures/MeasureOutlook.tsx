import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import type { MeasureDetail } from '../../api/measures';
import { isCounted, useMeasureGap, useMeasureOutlook, type MeasureOutlook as Outlook, type OutlookYear } from '../../api/plans';
import { escape } from '../../charts/base';
import { outlookOption } from '../../charts/plan';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Answer, Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { formatInterval, formatValue } from '../../format/measure';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useTokens } from '../../theme/useTokens';

export const paces = { ahead: 'pace.ahead', on_pace: 'pace.onPace', behind: 'pace.behind' } as const;

/** The way to the target: path, forecast, probability; and who closes the gap. */
export function MeasureOutlook({ measure, period }: { measure: MeasureDetail; period: string }) {
  const { t, loc } = useTexts();
  const { area } = useAddress();
  const outlook = useMeasureOutlook(measure.targets.length > 0 ? measure.id : '', { area, period });
  if (measure.targets.length === 0) return null;
  return (
    <div className="measure-grid">
      <Answer of={outlook} rows={8}>
        {(data) =>
          data.years.length === 0 ? (
            <Card title={t('outlook.title')}>
              <Nothing title={t('outlook.none')}>{loc(data.reason)}</Nothing>
            </Card>
          ) : (
            <Way measure={measure} data={data} period={period} />
          )
        }
      </Answer>
      <Gap measure={measure} period={period} />
    </div>
  );
}

function Way({ measure, data, period }: { measure: MeasureDetail; data: Outlook; period: string }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const { decimals } = measure;
  const unit = loc(measure.unit);
  const target = data.target_value ?? null;
  const option = useMemo(() => {
    const tip = (one: OutlookYear) =>
      [
        `${one.year}`,
        one.value === null ? '' : `<b>${escape(formatValue(one.value, decimals))}</b> ${escape(unit)}`,
        one.value === null ? '' : escape(formatInterval(one, decimals)),
        one.path === null ? '' : escape(`${t('outlook.path')} ${formatValue(one.path, decimals)}`),
        one.forecast === null
          ? ''
          : escape(`${t('outlook.forecast')} ${formatValue(one.forecast, decimals)} (${formatInterval({ value: one.forecast, lower: one.forecast_lower, upper: one.forecast_upper }, decimals)})`),
      ]
        .filter((line) => line !== '')
        .join('<br>');
    return outlookOption(
      {
        years: data.years,
        target,
        targetName: t('measures.targetAt', { value: formatValue(target, target !== null && Number.isInteger(target) ? 0 : decimals) }),
        unit,
        decimals: Math.min(decimals, 1),
        names: { path: t('outlook.path'), value: loc(measure.title), forecast: t('outlook.forecast') },
        tip,
      },
      tokens,
    );
  }, [data, target, decimals, unit, measure, tokens, t, loc]);
  const facts = [
    data.target_year === null ? '' : t('outlook.target', { target: data.target ?? '', year: data.target_year }),
    data.pace === null ? '' : t(paces[data.pace]),
    data.probability === null ? '' : t('outlook.probability', { p: formatNumber(100 * data.probability, 0), year: data.probability_year ?? '' }),
    loc(data.reason),
  ].filter((text) => text !== '');
  return (
    <ChartCard
      title={t('outlook.title')}
      note={<Data>{facts.join(' · ')}</Data>}
      label={t('outlook.label', { name: loc(measure.title) })}
      height={320}
      fileName={`${loc(measure.title)}-${t('outlook.title')}-${period}`}
      option={option}
      table={{
        columns: [t('indicators.col.year'), t('outlook.path'), loc(measure.title), t('measures.lower'), t('measures.upper'), t('outlook.forecast'), t('outlook.forecastLower'), t('outlook.forecastUpper')],
        rows: data.years.map((one) => [String(one.year), one.path, one.value, one.lower, one.upper, one.forecast, one.forecast_lower, one.forecast_upper]),
        decimals: [undefined, ...Array<number>(7).fill(decimals)],
      }}
      source={t('outlook.how')}
    />
  );
}

/** How many people are still needed, street by street and by the institutions that keep their records. */
function Gap({ measure, period }: { measure: MeasureDetail; period: string }) {
  const { t, loc } = useTexts();
  const { area, link } = useAddress();
  const gap = useMeasureGap(isCounted(measure.method) ? measure.id : '', { area, period });
  if (!isCounted(measure.method)) return null;
  const gain = measure.better === 'higher';
  return (
    <Answer of={gap} rows={6}>
      {(data) => {
        const open = data.rows.filter(({ needed }) => needed > 0);
        return (
          <Card
            title={t('gap.title')}
            note={data.needed === null ? undefined : <Data>{t(gain ? 'gap.people' : 'gap.events', { n: formatNumber(data.needed), target: data.target })}</Data>}
          >
            {data.needed === null ? (
              <Nothing title={t('outlook.none')}>{loc(measure.reason) || t('gap.none')}</Nothing>
            ) : (
              <>
                <div className="plain-table" style={{ maxHeight: 300 }} tabIndex={0} role="group" aria-label={t('gap.title')}>
                  <table className="simple-table">
                    <thead>
                      <tr>
                        <th scope="col">{open.length > 0 ? t('shell.area') : t('gap.allReached')}</th>
                        <th scope="col" className="right">
                          {t('indicators.col.value')}
                        </th>
                        <th scope="col" className="right">
                          {t(gain ? 'gap.needed' : 'gap.tooMany')}
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {open.map((row) => (
                        <tr key={row.key}>
                          <th scope="row">
                            {measure.has_list ? (
                              <Link to={link(`/indicators/computed/${measure.id}/residents`, { part: gain ? 'gap' : 'numerator', area: row.key })}>
                                <Loc of={row.name} />
                              </Link>
                            ) : (
                              <Loc of={row.name} />
                            )}
                          </th>
                          <td className="right num">{formatValue(row.value, measure.decimals)}</td>
                          <td className="right num">{formatNumber(row.needed)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                {gain && data.institutions.length > 0 && (
                  <details className="gap-institutions">
                    <summary>{t('gap.institutions')}</summary>
                    <table className="simple-table">
                      <tbody>
                        {data.institutions.map(({ name, people }) => (
                          <tr key={name}>
                            <th scope="row">
                              <Data>{name}</Data>
                            </th>
                            <td className="right num">{formatNumber(people)}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </details>
                )}
              </>
            )}
          </Card>
        );
      }}
    </Answer>
  );
}
