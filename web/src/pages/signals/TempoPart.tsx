import { Alert } from 'antd';
import { useMemo } from 'react';
import { useSignalTempo, type Signal, type SignalTempo } from '../../api/signals';
import { fanOption, reproductionOption } from '../../charts/signals';
import { ChartCard } from '../../components/ChartCard';
import { Answer } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useTokens } from '../../theme/useTokens';

/** How fast the disease moves in the whole district, and where it may go. */
export function TempoPart({ signal }: { signal: Signal }) {
  const tempo = useSignalTempo(signal.id);
  return (
    <Answer of={tempo} rows={8}>
      {(data) => <Tempo data={data} />}
    </Answer>
  );
}

const percent = (share: number) => `${formatNumber(share * 100, 1)} %`;

function Growth({ data }: { data: SignalTempo }) {
  const { t } = useTexts();
  const { growth } = data;
  if (!growth) return null;
  const doubling = growth.doubling;
  return (
    <span>
      {t('tempo.growth', { days: growth.days, rate: percent(growth.rate), lower: percent(growth.lower), upper: percent(growth.upper) })}
      {doubling !== null && ` · ${t(doubling > 0 ? 'tempo.doubling' : 'tempo.halving', { days: formatNumber(Math.abs(doubling), 0) })}`}
    </span>
  );
}

function Tempo({ data }: { data: SignalTempo }) {
  const { loc } = useTexts();
  return (
    <>
      {data.reason && <Alert type="info" showIcon title={<Data>{loc(data.reason)}</Data>} />}
      {data.cases.length > 0 && <Fan data={data} />}
      {data.r.length > 0 && <Numbers data={data} />}
    </>
  );
}

function Fan({ data }: { data: SignalTempo }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const name = data.disease_name ? loc(data.disease_name) : data.disease;
  const option = useMemo(
    () => fanOption(data, { cases: t('curve.count'), median: t('tempo.median'), half: t('tempo.half'), most: t('tempo.most'), wide: t('tempo.wide'), unit: t('curve.unit') }, tokens),
    [data, t, tokens],
  );
  const both = (range: { lower: number; upper: number } | undefined) => (range ? `${range.lower}–${range.upper}` : null);
  return (
    <ChartCard
      className="signal-chart"
      title={t(data.forecast.length > 0 ? 'tempo.forecast' : 'tempo.cases')}
      note={data.disease_name ? <Loc of={data.disease_name} /> : undefined}
      label={t('tempo.forecastLabel', { name, n: data.cases.length })}
      height={240}
      fileName={`${data.id}-forecast`}
      option={option}
      table={{
        columns: [t('curve.day'), t('curve.count'), t('tempo.median'), t('tempo.half'), t('tempo.most'), t('tempo.wide')],
        rows: [
          ...data.cases.map(({ day, count }) => [day, count, null, null, null, null]),
          ...data.forecast.map((day) => [day.day, null, day.median, both(day.half), both(day.most), both(day.wide)]),
        ],
      }}
      source={
        <>
          <Growth data={data} />
          {data.scores.map((score) => (
            <span key={score.horizon}>
              {t('tempo.score', { h: score.horizon, n: score.forecasts, c80: percent(score.covered80), c95: percent(score.covered95), wis: formatNumber(score.wis, 2) })}
            </span>
          ))}
        </>
      }
    />
  );
}

function Numbers({ data }: { data: SignalTempo }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const title = t('tempo.r', { n: data.window });
  const option = useMemo(() => reproductionOption(data, 'R', tokens), [data, tokens]);
  return (
    <ChartCard
      className="signal-chart"
      title={title}
      label={t('tempo.rLabel')}
      height={200}
      fileName={`${data.id}-r`}
      option={option}
      table={{ columns: [t('curve.day'), 'R', t('measures.lower'), t('measures.upper')], rows: data.r.map(({ day, mean, lower, upper }) => [day, mean, lower, upper]) }}
      source={
        data.serial_interval && (
          <span>
            {t('tempo.interval', { mean: data.serial_interval.mean, sd: data.serial_interval.sd, source: data.serial_interval.source })}
          </span>
        )
      }
    />
  );
}
