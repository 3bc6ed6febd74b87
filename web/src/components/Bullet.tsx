import type { Indicator } from '../api/types';
import { formatNumber } from '../format/format';
import { bulletScale } from '../format/status';
import { useTexts } from '../i18n';

const width = 480;
const height = 64;
const bar = { top: 20, height: 18 };
const middle = bar.top + bar.height / 2;

/** Target as a line with the reached side shaded; the value as a bar where the axis begins at zero,
 *  else as a dot, because a bar that does not begin at zero misleads. */
export function Bullet({ indicator }: { indicator: Indicator }) {
  const { t, loc } = useTexts();
  const scale = bulletScale(indicator);
  const target = indicator.target?.value;
  if (!scale || target === undefined || target === null) return null;
  const x = (share: number) => Math.round(share * width * 10) / 10;
  const unit = loc(indicator.unit);
  const goodFrom = scale.good === 'right' ? x(scale.target) : 0;
  const goodWidth = scale.good === 'right' ? width - x(scale.target) : x(scale.target);
  const label = t('indicator.bulletLabel', {
    value: `${formatNumber(indicator.value, 4)} ${unit}`,
    target: loc(indicator.target?.text),
  });
  const anchor = (share: number) => (share > 0.85 ? 'end' : share < 0.15 ? 'start' : 'middle');

  return (
    <svg className="bullet" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <rect className="bullet-track" x="0" y={bar.top - 4} width={width} height={bar.height + 8} rx="3" />
      <rect className="bullet-good" x={goodFrom} y={bar.top - 4} width={goodWidth} height={bar.height + 8} rx="3" />
      {scale.from === 0 ? (
        <rect
          className={`bullet-value status-${indicator.status}`}
          x="0"
          y={bar.top}
          width={Math.max(2, x(scale.value))}
          height={bar.height}
          rx="2"
        />
      ) : (
        <g className={`bullet-value status-${indicator.status}`}>
          <line x1={x(scale.value)} x2={x(scale.target)} y1={middle} y2={middle} />
          <circle cx={x(scale.value)} cy={middle} r="7" />
        </g>
      )}
      <line className="bullet-target" x1={x(scale.target)} x2={x(scale.target)} y1={bar.top - 8} y2={bar.top + bar.height + 8} />
      <text x={x(scale.target)} y={9} textAnchor={anchor(scale.target)}>
        {t('indicator.targetAt', { value: formatNumber(target, 4) })}
      </text>
      <text x="0" y={height - 4} className="faint">
        {formatNumber(scale.from, scale.to - scale.from < 10 ? 2 : 0)}
      </text>
      <text x={width} y={height - 4} textAnchor="end" className="faint">
        {formatNumber(scale.to, scale.to - scale.from < 10 ? 2 : 0)} {unit}
      </text>
    </svg>
  );
}
