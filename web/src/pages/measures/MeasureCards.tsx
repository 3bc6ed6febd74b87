import { Tooltip } from 'antd';
import type { CSSProperties } from 'react';
import { Link } from 'react-router-dom';
import type { Measure } from '../../api/measures';
import { Sparkline } from '../../components/Sparkline';
import { changeOf, formatValue } from '../../format/measure';
import { formatInstant, noValue } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { TargetLine } from './TargetLine';
import { useIntervalText } from './useMeasureWords';

/** Key figures against their targets: value, status, trend with band, as-of time. */
export function MeasureCards({ items, asOf, wall }: { items: readonly Measure[]; asOf: string; wall: boolean }) {
  return (
    <div className="measure-cards" style={{ '--columns': items.length, '--half': Math.ceil(items.length / 2) } as CSSProperties}>
      {items.map((measure) => (
        <MeasureCard key={measure.id} measure={measure} asOf={asOf} wall={wall} />
      ))}
    </div>
  );
}

function MeasureCard({ measure, asOf, wall }: { measure: Measure; asOf: string; wall: boolean }) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  const intervalText = useIntervalText();
  const interval = intervalText(measure, measure.decimals);
  const body = (
    <>
      <span className="measure-name">
        <Loc of={measure.title} />
      </span>
      <span className="measure-value">
        {wall && measure.value === null ? <Loc of={measure.reason} /> : <span className="num">{formatValue(measure.value, measure.decimals)}</span>}
        {measure.value !== null && (
          <small>
            <Loc of={measure.unit} />
          </small>
        )}
      </span>
      <span className="measure-state">
        <TargetLine measure={measure} />
        <ChangeMark measure={measure} />
      </span>
      <Sparkline
        points={measure.trend}
        target={measure.target?.value}
        label={t('measures.trendLabel', { name: loc(measure.title), n: measure.trend.filter(({ value }) => value !== null).length })}
      />
      <span className="measure-as-of num">{t('figure.asOf', { time: formatInstant(asOf) })}</span>
    </>
  );
  const about = [measure.value === null ? loc(measure.reason) : '', interval, loc(measure.status_reason)]
    .filter((line, index, all) => line !== '' && all.indexOf(line) === index)
    .join(' · ');
  const className = `measure-card ${measure.target && measure.status ? `status-${measure.status}` : ''}`;
  return (
    <Tooltip title={about || undefined}>
      {wall ? (
        <div className={className}>{body}</div>
      ) : (
        <Link className={className} to={link(`/indicators/computed/${measure.id}`)}>
          {body}
        </Link>
      )}
    </Tooltip>
  );
}

/** Difference to the period before, with an arrow and, where a side is better, a colour. */
export function ChangeMark({ measure, dash = false }: { measure: Measure; dash?: boolean }) {
  const { t } = useTexts();
  const change = changeOf(measure);
  if (!change) return dash ? <span className="faint">{noValue}</span> : null;
  const arrow = change.direction === 'same' ? '→' : change.rises ? '↑' : '↓';
  return (
    <span className={`change change-${change.direction} num`} title={t('measures.changeWhy')}>
      {arrow} {change.text}
    </span>
  );
}
