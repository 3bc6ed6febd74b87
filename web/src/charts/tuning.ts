/** Curves of the tuning bench: what is found, and how late, against false signals a week. */
import type { ChartOption } from '../components/chartKit';
import { formatNumber } from '../format/format';
import type { Tokens } from '../theme/tokens';
import { base, escape, small, tooltip } from './base';

export interface CurvePoint {
  x: number;
  y: number;
  label: string;
}

/** The colour of the curve in this place. */
export const curveColour = (at: number, tokens: Tokens): string => tokens.series[at % tokens.series.length] as string;

export interface Curve {
  name: string;
  points: CurvePoint[];
  /** drawn stronger: the joined signals */
  main: boolean;
}

/** One line per method; x: false signals a week. percent: y is a share. */
export function tuningOption(curves: readonly Curve[], xName: string, yName: string, percent: boolean, tokens: Tokens): ChartOption {
  const value = (y: number) => (percent ? `${formatNumber(y * 100, 0)} %` : formatNumber(y, 1));
  return {
    ...base(tokens),
    grid: { left: 8, right: 20, top: 16, bottom: 26, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'item',
      formatter: (item: { seriesName: string; dataIndex: number }) => {
        const point = curves.find(({ name }) => name === item.seriesName)?.points[item.dataIndex];
        return point ? `${escape(item.seriesName)}<br>${escape(xName)} <b>${formatNumber(point.x, 2)}</b><br>${escape(yName)} <b>${value(point.y)}</b><br>${escape(point.label)}` : '';
      },
    },
    xAxis: { type: 'value', min: 0, name: xName, nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: tokens.secondary }, axisLabel: { color: tokens.secondary, fontSize: small }, splitLine: { lineStyle: { color: tokens.line } } },
    yAxis: { type: 'value', min: 0, ...(percent ? { max: 1 } : {}), axisLabel: { color: tokens.secondary, fontSize: small, formatter: value }, splitLine: { lineStyle: { color: tokens.line } } },
    series: curves.map(({ name, points, main }, at) => ({
      type: 'line',
      name,
      symbolSize: main ? 8 : 6,
      lineStyle: { width: main ? 3 : 1.5, color: curveColour(at, tokens) },
      itemStyle: { color: curveColour(at, tokens) },
      data: points.map(({ x, y }) => [x, y]),
    })),
  };
}
