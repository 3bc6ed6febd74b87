/** Charts about targets: funnel of areas, way to a target. */
import type { ComparedArea, FunnelLimit, OutlookYear } from '../api/plans';
import type { ChartOption } from '../components/chartKit';
import { formatNumber } from '../format/format';
import type { Tokens } from '../theme/tokens';
import { base, small, tooltip } from './base';

type Place = [number, number];

interface FunnelInput {
  rows: readonly ComparedArea[];
  limits: readonly FunnelLimit[];
  benchmark: number | null;
  unit: string;
  xName: string;
  decimals: number;
  chosen: string;
  names: { benchmark: string; at95: string; at998: string };
  /** HTML of a tooltip */
  tip: (row: ComparedArea) => string;
  name: (row: ComparedArea) => string;
}

/** Only what the area's own interval tells apart gets a colour. */
export function standingColour(standing: ComparedArea['standing'], tokens: Tokens): string {
  if (standing === 'better') return tokens.betterDot;
  if (standing === 'worse') return tokens.worseDot;
  return standing === 'higher' || standing === 'lower' ? (tokens.series[0] as string) : tokens.undecidable;
}

export function funnelOption(input: FunnelInput, tokens: Tokens): ChartOption {
  const { rows, limits, benchmark, unit, xName, decimals, chosen, names, tip, name } = input;
  const curve = (key: keyof FunnelLimit, dash: string, label: string) => ({
    type: 'line',
    name: label,
    silent: true,
    symbol: 'none',
    smooth: true,
    lineStyle: { color: tokens.secondary, width: 1, type: dash },
    data: limits.flatMap((limit): Place[] => (limit[key] === null ? [] : [[limit.denominator, limit[key] as number]])),
  });
  const told = rows.filter(({ standing }) => standing !== 'similar' && standing !== 'not_compared');
  return {
    ...base(tokens),
    grid: { left: 4, right: 16, top: 30, bottom: 22, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'item',
      formatter: ({ dataIndex, seriesType }: { dataIndex: number; seriesType: string }) => {
        const row = seriesType === 'scatter' ? rows[dataIndex] : undefined;
        return row ? tip(row) : '';
      },
    },
    xAxis: {
      type: 'value',
      name: xName,
      nameLocation: 'middle',
      nameGap: 24,
      min: 0,
      nameTextStyle: { color: tokens.secondary },
      splitLine: { show: false },
      axisLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small, hideOverlap: true, formatter: (value: number) => formatNumber(value) },
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: unit,
      nameTextStyle: { color: tokens.secondary, align: 'left', padding: [0, 0, 0, -28] },
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small, formatter: (value: number) => formatNumber(value, decimals) },
    },
    series: [
      curve('lower95', 'dashed', names.at95),
      curve('upper95', 'dashed', names.at95),
      curve('lower998', 'solid', names.at998),
      curve('upper998', 'solid', names.at998),
      {
        type: 'scatter',
        cursor: 'pointer',
        data: rows.map((row) => ({
          value: [row.denominator, row.value ?? Number.NaN],
          symbol: row.standing === 'better' ? 'triangle' : row.standing === 'worse' ? 'diamond' : 'circle',
          symbolSize: row.key === chosen ? 15 : 11,
          itemStyle: {
            color: standingColour(row.standing, tokens),
            borderColor: row.key === chosen ? tokens.text : tokens.surface,
            borderWidth: row.key === chosen ? 2 : 1,
          },
          label: {
            show: told.length <= 6 && told.includes(row),
            formatter: name(row),
            position: 'top',
            color: tokens.text,
            fontSize: small,
          },
        })),
        markLine:
          benchmark === null
            ? undefined
            : {
                silent: true,
                symbol: 'none',
                animation: false,
                lineStyle: { color: tokens.text, type: 'solid', width: 1 },
                label: { formatter: names.benchmark, color: tokens.text, fontSize: small, position: 'insideEndTop' },
                data: [{ yAxis: benchmark }],
              },
      },
    ],
  };
}

interface OutlookInput {
  years: readonly OutlookYear[];
  target: number | null;
  targetName: string;
  unit: string;
  decimals: number;
  names: { path: string; value: string; forecast: string };
  /** HTML of a tooltip */
  tip: (year: OutlookYear) => string;
}

/** Values, the path to the target, and the forecast with its interval. */
export function outlookOption(input: OutlookInput, tokens: Tokens): ChartOption {
  const { years, target, targetName, unit, decimals, names, tip } = input;
  const colour = tokens.series[0] as string;
  const ahead = tokens.series[1] as string;
  const last = years.map(({ value }) => value !== null).lastIndexOf(true);
  // the forecast begins at the last value, so that the line does not jump
  const forecast = years.map(({ forecast: middle, value }, index) => middle ?? (index === last ? value : null) ?? '-');
  const has = (one: OutlookYear) => one.forecast_lower !== null && one.forecast_upper !== null;
  const band = (data: (number | string)[], fill: number) => ({
    type: 'line',
    stack: 'band',
    stackStrategy: 'all',
    silent: true,
    symbol: 'none',
    lineStyle: { opacity: 0 },
    areaStyle: { color: ahead, opacity: fill },
    tooltip: { show: false },
    data,
  });
  return {
    ...base(tokens),
    grid: { left: 4, right: 16, top: 30, bottom: 2, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'axis',
      axisPointer: { lineStyle: { color: tokens.faint, type: 'dashed' } },
      formatter: (items: { dataIndex: number }[]) => {
        const year = years[items[0]?.dataIndex ?? -1];
        return year ? tip(year) : '';
      },
    },
    xAxis: {
      type: 'category',
      data: years.map(({ year }) => String(year)),
      boundaryGap: false,
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: { color: tokens.secondary, fontSize: small, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: unit,
      nameTextStyle: { color: tokens.secondary, align: 'left', padding: [0, 0, 0, -28] },
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small, formatter: (value: number) => formatNumber(value, decimals) },
    },
    series: [
      band(years.map((one) => (has(one) ? (one.forecast_lower as number) : '-')), 0),
      band(years.map((one) => (has(one) ? (one.forecast_upper as number) - (one.forecast_lower as number) : '-')), 0.14),
      {
        type: 'line',
        name: names.path,
        symbol: 'none',
        lineStyle: { color: tokens.text, width: 1.5, type: 'dotted' },
        data: years.map(({ path }) => path ?? '-'),
        markLine:
          target === null
            ? undefined
            : {
                silent: true,
                symbol: 'none',
                animation: false,
                lineStyle: { color: tokens.text, type: 'dashed' },
                label: { formatter: targetName, color: tokens.text, fontSize: small, position: 'insideStartTop' },
                data: [{ yAxis: target }],
              },
      },
      {
        type: 'line',
        name: names.forecast,
        symbol: 'none',
        lineStyle: { color: ahead, width: 2, type: 'dashed' },
        data: forecast,
      },
      {
        type: 'line',
        name: names.value,
        symbol: 'circle',
        symbolSize: 6,
        connectNulls: false,
        lineStyle: { color: colour, width: 2 },
        itemStyle: { color: colour },
        data: years.map(({ value }) => value ?? '-'),
      },
      // keeps the target within the scale
      ...(target === null ? [] : [{ type: 'line', silent: true, symbol: 'none', lineStyle: { opacity: 0 }, data: years.map(() => target) }]),
    ],
  };
}
