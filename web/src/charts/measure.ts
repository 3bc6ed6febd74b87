/** Charts of computed indicators: map, dot plot with intervals, trend with band. */
import type { Measure, MeasureCell, TrendPoint } from '../api/measures';
import type { AreaMap } from '../api/types';
import type { ChartOption } from '../components/chartKit';
import { formatNumber } from '../format/format';
import { classOf, standOf, type ColourClass } from '../format/measure';
import type { Tokens } from '../theme/tokens';
import { base, small, textWidth, tooltip } from './base';
import { aspect, extent, labelColour, placeLabels } from './geo';

/** What every chart of one indicator needs from the page. */
export interface MeasureDress {
  tokens: Tokens;
  better: Measure['better'];
  decimals: number;
  name: (cell: MeasureCell) => string;
  /** HTML of a tooltip */
  tip: (cell: MeasureCell) => string;
}

interface MapInput {
  rows: readonly MeasureCell[];
  classes: readonly ColourClass[];
  /** statuses say something: some street could be judged */
  judged: boolean;
  mapName: string;
  map: AreaMap;
  /** pixels of the drawing */
  height: number;
  width: number;
  /** code of the area in the picker */
  chosen: string;
}

/** Lines across an area whose status cannot be decided or whose value is not known. */
export function hatch(tokens: Tokens) {
  return { symbol: 'rect', color: tokens.hatch, dashArrayX: [1, 0], dashArrayY: [1.4, 5], rotation: -Math.PI / 4 };
}

export function isHatched(cell: MeasureCell | undefined, judged: boolean): boolean {
  return !cell || cell.value === null || (judged && cell.status === 'not_decidable');
}

/** Width of the areas together against their height, as drawn. */
function shape(map: AreaMap): number {
  const { width, height } = extent(map.features);
  return height > 0 ? (width * aspect(map)) / height : 1;
}

/** Pixels from north to south when the map fills its box without being stretched. */
function drawnHeight(map: AreaMap, height: number, width: number): number {
  return Math.min(height - 8, (width - 8) / shape(map));
}

/** The longer side in pixels, as the chart library wants it. */
function mapSize(map: AreaMap, height: number, width: number): number {
  return drawnHeight(map, height, width) * Math.max(1, shape(map));
}

export function measureMapOption(input: MapInput, dress: MeasureDress): ChartOption {
  const { rows, classes, judged, mapName, map, height, width, chosen } = input;
  const { tokens } = dress;
  const byCode = new Map(rows.map((row) => [row.key, row]));
  const labelled = placeLabels(map, drawnHeight(map, height, width), (code) => {
    const row = byCode.get(code);
    return row ? dress.name(row) : '';
  });
  return {
    ...base(tokens),
    tooltip: {
      ...tooltip(tokens),
      trigger: 'item',
      formatter: (item: { name: string }) => {
        const row = byCode.get(item.name);
        return row ? dress.tip(row) : '';
      },
    },
    series: [
      {
        type: 'map',
        map: mapName,
        nameProperty: 'code',
        aspectScale: aspect(map),
        layoutCenter: ['50%', '50%'],
        layoutSize: mapSize(map, height, width),
        selectedMode: false,
        cursor: 'pointer',
        emphasis: { itemStyle: { borderColor: tokens.accent, borderWidth: 2 } },
        data: map.features.map((feature) => {
          const { code } = feature.properties;
          const row = byCode.get(code);
          const colour = classOf(row?.value ?? null, classes, dress.better)?.colour ?? tokens.noValue;
          const isChosen = chosen !== '' && (code === chosen || chosen.startsWith(code));
          const style = {
            areaColor: colour,
            borderColor: isChosen ? tokens.text : tokens.mapLine,
            borderWidth: isChosen ? 2.5 : 1,
            ...(isHatched(row, judged) ? { decal: hatch(tokens) } : {}),
          };
          const ink = labelColour(colour);
          return {
            name: code,
            value: row?.value ?? Number.NaN,
            itemStyle: style,
            label: {
              show: labelled.has(code),
              formatter: row ? dress.name(row) : '',
              color: ink,
              fontSize: 11,
              width: 76,
              overflow: 'break',
            },
            emphasis: { label: { color: ink }, itemStyle: { areaColor: colour } },
          };
        }),
      },
    ],
  };
}

interface DotInput {
  /** in the order in which they are drawn, first on top */
  rows: readonly MeasureCell[];
  /** value of the whole, drawn as a line; intervals beyond it are told apart */
  whole: number | null;
  wholeName: string;
  target: number | null;
  targetName: string;
  /** key of the row to mark */
  chosen: string;
  /** names take at most so many pixels */
  nameWidth?: number;
}

/** Colour of a dot: told apart from the whole only when the interval lies beyond it. */
export function dotColour(cell: MeasureCell, whole: number | null, dress: Pick<MeasureDress, 'tokens' | 'better'>): string {
  const stand = standOf(cell, whole);
  if (stand === 'same') return dress.tokens.undecidable;
  if (dress.better === 'none') return dress.tokens.series[0] as string;
  return (stand === 'above') === (dress.better === 'higher') ? dress.tokens.betterDot : dress.tokens.worseDot;
}

interface Painter {
  value: (index: number) => number;
  coord: (place: [number, number]) => [number, number];
}

/** Values with whiskers; a line for the whole and a dashed one for the target. */
export function dotOption(input: DotInput, dress: MeasureDress): ChartOption {
  const { rows, whole, wholeName, target, targetName, chosen, nameWidth = 140 } = input;
  const { tokens, decimals } = dress;
  const known = rows.filter(({ value }) => value !== null);
  const hasIntervals = known.some(({ lower }) => lower !== null);
  const lines = [
    ...(whole === null ? [] : [{ xAxis: whole, name: wholeName, lineStyle: { color: tokens.secondary, type: 'solid' } }]),
    ...(target === null ? [] : [{ xAxis: target, name: targetName, lineStyle: { color: tokens.text, type: 'dashed' } }]),
  ];
  const reach = [...known.flatMap(({ value, lower, upper }) => [value, lower ?? value, upper ?? value]), whole, target].filter(
    (one): one is number => one !== null,
  );
  const low = Math.min(...reach);
  const high = Math.max(...reach);
  const room = (high - low || Math.abs(high) || 1) * 0.04;
  const widest = Math.max(0, ...rows.map((row) => textWidth(dress.name(row))));
  return {
    ...base(tokens),
    grid: { left: 4, right: 14, top: lines.length > 0 ? 20 : 4, bottom: 2, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: tokens.accent, opacity: 0.08 } },
      formatter: (items: { dataIndex: number }[]) => {
        const row = rows[items[0]?.dataIndex ?? -1];
        return row ? dress.tip(row) : '';
      },
    },
    xAxis: {
      type: 'value',
      min: hasIntervals ? Math.max(low - room, low >= 0 ? 0 : -Infinity) : Math.min(0, low),
      max: high + room,
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.line }, showMinLine: !hasIntervals, showMaxLine: false },
      axisLabel: {
        color: tokens.secondary,
        fontSize: small,
        hideOverlap: true,
        showMinLabel: !hasIntervals,
        showMaxLabel: false,
        formatter: (value: number) => formatNumber(value, decimals),
      },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ key }) => key),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: (key: string) => (key === chosen ? tokens.accentText : tokens.text),
        fontSize: small,
        lineHeight: 14,
        interval: 0,
        width: Math.min(nameWidth, widest),
        overflow: 'truncate',
        formatter: (key: string) => {
          const row = rows.find((candidate) => candidate.key === key);
          return row ? dress.name(row) : key;
        },
      },
    },
    series: [
      ...(hasIntervals ? [whiskers(rows, whole, dress)] : []),
      {
        type: hasIntervals ? 'scatter' : 'bar',
        symbolSize: 9,
        barMaxWidth: 12,
        cursor: 'pointer',
        z: 3,
        data: rows.map((row) => ({
          value: row.value ?? Number.NaN,
          itemStyle: {
            color: hasIntervals ? dotColour(row, whole, dress) : tokens.series[0],
            borderColor: row.key === chosen ? tokens.text : tokens.surface,
            borderWidth: row.key === chosen ? 2 : 1,
            borderRadius: 2,
          },
        })),
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          label: { formatter: '{b}', color: tokens.secondary, fontSize: small, position: 'start', distance: 3 },
          data: spreadLabels(lines, high - low),
        },
      },
    ],
  };
}

/** Two lines that stand close get their names on different sides. */
function spreadLabels<T extends { xAxis: number }>(lines: T[], span: number) {
  const [one, other] = lines;
  if (!one || !other || Math.abs(one.xAxis - other.xAxis) > span * 0.3) return lines;
  const oneIsLeft = one.xAxis <= other.xAxis;
  const side = (left: boolean) => ({ label: { align: left ? 'right' : 'left' } });
  return [{ ...one, ...side(oneIsLeft) }, { ...other, ...side(!oneIsLeft) }];
}

function whiskers(rows: readonly MeasureCell[], whole: number | null, dress: MeasureDress) {
  return {
    type: 'custom',
    silent: true,
    z: 2,
    encode: { x: [1, 2], y: 0 },
    data: rows.map(({ lower, upper }, index) => [index, lower ?? Number.NaN, upper ?? Number.NaN]),
    renderItem: (item: { dataIndex: number }, paint: Painter) => {
      const row = rows[item.dataIndex];
      if (!row || row.lower === null || row.upper === null) return null;
      const [from, y] = paint.coord([row.lower, item.dataIndex]);
      const [to] = paint.coord([row.upper, item.dataIndex]);
      const stroke = dotColour(row, whole, dress);
      return {
        type: 'line',
        shape: { x1: from, y1: y, x2: to, y2: y },
        style: { stroke, lineWidth: 2.5, opacity: 0.45, lineCap: 'round' },
      };
    },
  };
}

interface TrendInput {
  points: readonly TrendPoint[];
  target: number | null;
  targetName: string;
  unit: string;
  periodName: (period: string, short?: boolean) => string;
  /** HTML of a tooltip */
  tip: (point: TrendPoint) => string;
}

/** Line with interval band; a missing period is a gap in both. */
export function trendOption(input: TrendInput, { tokens, decimals }: Pick<MeasureDress, 'tokens' | 'decimals'>): ChartOption {
  const { points, target, targetName, unit, periodName, tip } = input;
  const colour = tokens.series[0] as string;
  const hasBand = (point: TrendPoint) => point.value !== null && point.lower !== null && point.upper !== null;
  const band = (data: (number | string)[], fill: number) => ({
    type: 'line',
    stack: 'band',
    stackStrategy: 'all',
    silent: true,
    symbol: 'none',
    connectNulls: false,
    lineStyle: { opacity: 0 },
    areaStyle: { color: colour, opacity: fill },
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
        const point = points[items[0]?.dataIndex ?? -1];
        return point ? tip(point) : '';
      },
    },
    xAxis: {
      type: 'category',
      data: points.map(({ period }) => period),
      boundaryGap: points.length < 8,
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: {
        color: tokens.secondary,
        hideOverlap: true,
        fontSize: small,
        formatter: (period: string) => (points.length > 8 ? period : periodName(period)),
      },
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: unit,
      nameTextStyle: { color: tokens.secondary, align: 'left', padding: [0, 0, 0, -28] },
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small, formatter: (value: number) => formatNumber(value, Math.max(decimals, 0)) },
    },
    series: [
      band(points.map((point) => (hasBand(point) ? (point.lower as number) : '-')), 0),
      band(points.map((point) => (hasBand(point) ? (point.upper as number) - (point.lower as number) : '-')), 0.16),
      // keeps the target within the scale; the line itself is the mark below
      ...(target === null ? [] : [{ type: 'line', silent: true, symbol: 'none', lineStyle: { opacity: 0 }, data: points.map(() => target) }]),
      {
        type: 'line',
        connectNulls: false,
        data: points.map(({ value }) => value ?? '-'),
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { width: 2, color: colour },
        itemStyle: { color: colour },
        markLine:
          target === null
            ? undefined
            : {
                silent: true,
                symbol: 'none',
                animation: false,
                lineStyle: { color: tokens.text, type: 'dashed' },
                label: { formatter: targetName, color: tokens.text, fontSize: small, position: 'insideEndTop' },
                data: [{ yAxis: target }],
              },
      },
    ],
  };
}
