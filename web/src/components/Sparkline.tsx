import { useId } from 'react';
import type { TrendPoint } from '../api/measures';
import { runsOf } from '../format/measure';

const width = 160;
const height = 40;
const edge = 4; // pixels kept free above and below

interface Props {
  points: readonly TrendPoint[];
  /** drawn dashed where it lies between the values */
  target?: number | null;
  label: string;
}

/** A trend without axes: interval band, line, last value. Missing periods are gaps, never joined. */
export function Sparkline({ points, target = null, label }: Props) {
  const clip = useId();
  const runs = runsOf(points);
  const known = points.flatMap(({ value, lower, upper }) => [value, lower, upper]).filter((one) => one !== null);
  if (known.length === 0) return <div className="sparkline sparkline-empty" role="img" aria-label={label} />;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const x = (index: number) => (points.length > 1 ? edge + (index / (points.length - 1)) * (width - 2 * edge) : width / 2);
  const y = (value: number) =>
    high === low ? height / 2 : edge + ((high - value) / (high - low)) * (height - 2 * edge);
  const path = (places: readonly [number, number][]) =>
    places.map(([left, top], index) => `${index === 0 ? 'M' : 'L'}${left.toFixed(1)} ${top.toFixed(1)}`).join('');
  const last = runs.at(-1)?.at(-1);
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <clipPath id={clip}>
        <rect width={width} height={height} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        {runs.map((run) => {
          const banded = run.filter(({ point }) => point.lower !== null && point.upper !== null);
          const above = banded.map(({ index, point }): [number, number] => [x(index), y(point.upper as number)]);
          const below = banded.map(({ index, point }): [number, number] => [x(index), y(point.lower as number)]).reverse();
          const line = run.map(({ index, point }): [number, number] => [x(index), y(point.value as number)]);
          return (
            <g key={run[0]?.index}>
              {above.length > 1 && <path className="spark-band" d={`${path([...above, ...below])}Z`} />}
              <path className="spark-line" d={line.length > 1 ? path(line) : `${path(line)}h0.01`} />
            </g>
          );
        })}
        {target !== null && target >= low && target <= high && (
          <line className="spark-target" x1="0" x2={width} y1={y(target)} y2={y(target)} />
        )}
        {last && <path className="spark-last" d={`M${x(last.index)} ${y(last.point.value as number)}h0.01`} />}
      </g>
    </svg>
  );
}
