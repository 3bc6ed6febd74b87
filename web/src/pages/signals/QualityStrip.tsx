import type { SignalQuality, SignalShare } from '../../api/signals';
import { useSignalQuality } from '../../api/signals';
import { formatNumber, noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';

const percent = (share: number) => `${formatNumber(share * 100, 1)} %`;

/** What became of the signals of the last year, with intervals and the published figures beside. */
export function QualityStrip() {
  const { t } = useTexts();
  const quality = useSignalQuality();
  const data = quality.data;
  if (!data) return null;
  const { per_week: perWeek, hours_to_verify: hours } = data;
  return (
    <section className="key-figures signals-quality" aria-label={t('quality.title')}>
      <Figure name={t('quality.perWeek')} value={formatNumber(perWeek.value, 2)} detail={t('quality.range', { lower: formatNumber(perWeek.lower, 2), upper: formatNumber(perWeek.upper, 2) })} reference={referenceOf(data, 'signals-per-week', (one) => formatNumber(one, 2))} />
      <ShareFigure name={t('quality.suspected')} share={data.suspected} reference={referenceOf(data, 'suspected', percent)} />
      <ShareFigure name={t('quality.confirmed')} share={data.confirmed} reference={referenceOf(data, 'confirmed', percent)} />
      <ShareFigure name={t('quality.inTime')} share={data.in_time} />
      <Figure
        name={t('quality.hours')}
        value={hours.median === null ? noValue : t('quality.hoursValue', { n: formatNumber(hours.median, 1) })}
        detail={hours.median === null ? t('quality.noResult') : t('quality.quarters', { lower: formatNumber(hours.lower, 1), upper: formatNumber(hours.upper, 1) })}
        reference={referenceOf(data, 'hours-to-verify', (one) => formatNumber(one, 1))}
      />
    </section>
  );
}

interface Reference {
  value: string;
  basis: SignalQuality['references'][number]['basis'];
}

function referenceOf(data: SignalQuality, id: string, format: (value: number) => string): Reference | undefined {
  const found = data.references.find((one) => one.id === id);
  return found && { value: format(found.value), basis: found.basis };
}

function ShareFigure({ name, share, reference }: { name: string; share: SignalShare; reference?: Reference }) {
  const { t } = useTexts();
  const known = share.value !== null && share.lower !== null && share.upper !== null;
  const detail = known
    ? `${t('quality.of', { x: share.x, n: share.n })} · ${t('quality.range', { lower: percent(share.lower as number), upper: percent(share.upper as number) })}`
    : t('quality.noResult');
  return <Figure name={name} value={known ? percent(share.value as number) : noValue} detail={detail} reference={reference} />;
}

function Figure({ name, value, detail, reference }: { name: string; value: string; detail: string; reference?: Reference }) {
  const { t, loc } = useTexts();
  return (
    <div className="figure">
      <div className="figure-name">{name}</div>
      <div className="figure-value num">{value}</div>
      <div className="figure-as-of">{detail}</div>
      {reference && (
        <div className="figure-as-of" title={loc(reference.basis)}>
          <Data>{t('quality.reference', { value: reference.value })}</Data>
        </div>
      )}
    </div>
  );
}
