import { useMemo } from 'react';
import { useSignalSeries, type SignalCurve, type SignalDetail } from '../../api/signals';
import { curveOption, type CurveWords } from '../../charts/signals';
import { ChartCard } from '../../components/ChartCard';
import { Answer, Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useTokens } from '../../theme/useTokens';

export function useCurveWords(window: number): CurveWords {
  const { t } = useTexts();
  return useMemo(
    () => ({
      count: t('curve.count'),
      window: t('curve.window', { n: window }),
      expected: t('curve.expected'),
      threshold: t('curve.threshold'),
      alarm: t('curve.alarm'),
      signal: t('curve.signal'),
      unit: t('curve.unit'),
    }),
    [t, window],
  );
}

/** The curve of each stream with the band of its method. */
export function CurvePart({ signal }: { signal: SignalDetail }) {
  const { t } = useTexts();
  const series = useSignalSeries(signal.id);
  return (
    <Answer of={series} rows={8}>
      {({ curves, date }) =>
        curves.length === 0 ? <Nothing title={t('curve.none')}>{t('curve.noneText')}</Nothing> : curves.map((curve) => <One key={curve.stream} curve={curve} date={date} ground={signal.grounds.find(({ stream }) => stream === curve.stream)} />)
      }
    </Answer>
  );
}

const rarest = 1e6; // days; beyond them a model's tail says no more

function One({ curve, date, ground }: { curve: SignalCurve; date: string; ground: SignalDetail['grounds'][number] | undefined }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const words = useCurveWords(curve.window);
  const option = useMemo(() => curveOption(curve, date, words, tokens), [curve, date, words, tokens]);
  const title = loc(curve.title);
  const { key } = curve;
  return (
    <ChartCard
      className="signal-chart"
      title={<Data>{title}</Data>}
      note={<Data>{[key.place || loc(key.area_name), key.part, key.disease_name ? loc(key.disease_name) : ''].filter((text) => text !== '').join(' · ')}</Data>}
      label={t('curve.label', { title, n: curve.window })}
      height={240}
      fileName={`${title}-${date}`}
      option={option}
      table={{
        columns: [t('curve.day'), words.count, words.window, words.expected, words.threshold, t('curve.pvalue'), words.alarm],
        rows: curve.days.map((day) => [day.day, day.count, day.window, day.expected, day.threshold, day.p, day.alarm ? 1 : 0]),
      }}
      source={
        <>
          {curve.method !== '' && (
            <span>
              {t('curve.method', { method: curve.method, n: curve.window })}
              {curve.methods.map((method) => (
                <span key={method.method}>
                  {' – '}
                  <Loc of={method.why} />
                </span>
              ))}
            </span>
          )}
          {ground?.recurrence_days != null && <span>{ground.recurrence_days > rarest ? t('ground.rarest') : t('ground.rare', { days: formatNumber(ground.recurrence_days, 0) })}</span>}
          {ground?.cluster && (
            <span>
              <Data>{t('ground.cluster', { state: t(ground.cluster.ongoing ? 'ground.ongoing' : 'ground.new'), areas: ground.cluster.areas.map((area) => loc(area)).join('、') })}</Data>
            </span>
          )}
          <span>
            {t('curve.band')}
            {curve.days.some(({ open }) => !open) && ` · ${t('curve.closed')}`}
          </span>
        </>
      }
    />
  );
}
