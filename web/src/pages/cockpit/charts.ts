import type { AreaMap, AreaRow, SeriesPoint } from '../../api/types';
import { base, escape, small, textWidth, tooltip } from '../../charts/base';
import { aspect, labelColour, placeLabels } from '../../charts/geo';
import type { ChartOption } from '../../components/chartKit';
import { formatNumber } from '../../format/format';
import { pickColours, roundBorders } from '../../format/scale';
import type { Tokens } from '../../theme/tokens';

export const measures = ['people', 'visits', 'visitsPerThousand'] as const;
export type Measure = (typeof measures)[number];

/** What the charts of one theme and language share. */
export interface Dress {
  tokens: Tokens;
  /** names as the reader sees them */
  name: (row: AreaRow) => string;
  /** “12,345 人” */
  value: (value: number | null) => string;
  rank: (place: number, of: number) => string;
}

/** Rows with a value first, largest first; equal values by code, so that the order never jumps. */
export function ranked(rows: readonly AreaRow[], measure: Measure): AreaRow[] {
  return [...rows].sort((one, other) => {
    const difference = (other[measure] ?? -Infinity) - (one[measure] ?? -Infinity);
    return Number.isNaN(difference) || difference === 0 ? one.area.localeCompare(other.area) : difference;
  });
}

function areaTip(rows: AreaRow[], row: AreaRow | undefined, measure: Measure, dress: Dress): string {
  if (!row) return '';
  const place = rows.indexOf(row) + 1;
  return `<b>${escape(dress.name(row))}</b><br>${escape(dress.value(row[measure]))}<br>${escape(dress.rank(place, rows.length))}`;
}

interface AreaChartInput {
  rows: readonly AreaRow[];
  measure: Measure;
  dress: Dress;
  /** code of the area in the picker */
  chosen: string;
}

export function mapClasses(rows: readonly AreaRow[], measure: Measure, tokens: Tokens) {
  const borders = roundBorders(
    rows.filter((row) => row.area !== '').map((row) => row[measure]),
    tokens.sequential.length,
  );
  const colours = pickColours(tokens.sequential, Math.max(1, borders.length - 1));
  return colours
    .slice(0, Math.max(0, borders.length - 1))
    .map((colour, index) => ({ from: borders[index] as number, to: borders[index + 1] as number, colour }));
}

interface MapInput {
  mapName: string;
  map: AreaMap;
  /** pixels of the drawing */
  height: number;
}

export function mapOption(input: AreaChartInput & MapInput): ChartOption {
  const { rows, measure, dress, chosen, mapName, map, height } = input;
  const { tokens } = dress;
  const order = ranked(rows, measure);
  const byCode = new Map(order.map((row) => [row.area, row]));
  const labelled = placeLabels(map, height, (code) => {
    const row = byCode.get(code);
    return row ? dress.name(row) : '';
  });
  const classes = mapClasses(rows, measure, tokens);
  const colourOf = (value: number | null) =>
    classes.find(({ from, to }) => value !== null && value >= from && value <= to)?.colour ?? tokens.noValue;

  return {
    ...base(tokens),
    tooltip: {
      ...tooltip(tokens),
      trigger: 'item',
      formatter: (item: { name: string }) => areaTip(order, byCode.get(item.name), measure, dress),
    },
    series: [
      {
        type: 'map',
        map: mapName,
        nameProperty: 'code',
        aspectScale: aspect(map),
        left: 4,
        right: 4,
        top: 4,
        bottom: 4,
        selectedMode: false,
        emphasis: { itemStyle: { areaColor: undefined, borderColor: tokens.accent, borderWidth: 2 }, label: { color: undefined } },
        data: map.features.map((feature) => {
          const { code } = feature.properties;
          const row = byCode.get(code);
          const colour = colourOf(row?.[measure] ?? null);
          const isChosen = chosen !== '' && (code === chosen || chosen.startsWith(code));
          return {
            name: code,
            value: row?.[measure] ?? Number.NaN,
            itemStyle: {
              areaColor: colour,
              borderColor: isChosen ? tokens.text : tokens.mapLine,
              borderWidth: isChosen ? 2.5 : 1,
            },
            label: {
              show: labelled.has(code),
              formatter: row ? dress.name(row) : '',
              color: labelColour(colour),
              fontSize: 11,
              width: 76,
              overflow: 'break',
            },
            emphasis: { label: { color: labelColour(colour) }, itemStyle: { areaColor: colour } },
          };
        }),
      },
    ],
  };
}

/** Counts as bars from zero, a rate as dots; the picked area in full colour. */
export function rankOption({ rows, measure, dress, chosen }: AreaChartInput): ChartOption {
  const { tokens } = dress;
  const order = ranked(rows, measure);
  const colour = (row: AreaRow) =>
    chosen === '' || row.area.startsWith(chosen) || (row.area && chosen.startsWith(row.area))
      ? tokens.series[0]
      : tokens.noValue;
  const asDots = measure === 'visitsPerThousand';
  return {
    ...base(tokens),
    grid: { left: 4, right: 56, top: 4, bottom: 4, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'item',
      formatter: (item: { dataIndex: number }) => areaTip(order, order[item.dataIndex], measure, dress),
    },
    xAxis: { type: 'value', show: false, min: asDots ? undefined : 0, scale: asDots },
    yAxis: {
      type: 'category',
      inverse: true,
      data: order.map((row) => row.area),
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: asDots, lineStyle: { color: tokens.line } },
      axisLabel: {
        color: tokens.text,
        fontSize: 11,
        lineHeight: 14,
        interval: 0,
        width: Math.min(130, Math.max(0, ...order.map((row) => textWidth(dress.name(row))))),
        overflow: 'truncate',
        formatter: (code: string) => {
          const row = order.find((candidate) => candidate.area === code);
          return row ? dress.name(row) : code;
        },
      },
    },
    series: [
      {
        type: asDots ? 'scatter' : 'bar',
        symbolSize: 9,
        barMaxWidth: 12,
        cursor: 'pointer',
        data: order.map((row) => ({ value: row[measure] ?? Number.NaN, itemStyle: { color: colour(row), borderRadius: 2 } })),
        label: {
          show: true,
          position: 'right',
          color: tokens.secondary,
          fontSize: small,
          formatter: ({ value }: { value: number }) => formatNumber(value, 0),
        },
      },
    ],
  };
}

export interface SeriesWords {
  period: (period: string, short?: boolean) => string;
  value: (value: number | null) => string;
  unit: string;
  /** little height: fewer lines */
  low?: boolean;
}

/** Monthly line; a missing month is a gap, never a zero and never joined. */
export function seriesOption(points: readonly SeriesPoint[], tokens: Tokens, words: SeriesWords): ChartOption {
  const lone = (index: number) =>
    points[index]?.value !== null && (points[index - 1]?.value ?? null) === null && (points[index + 1]?.value ?? null) === null;
  return {
    ...base(tokens),
    grid: { left: 4, right: 12, top: 26, bottom: 2, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'axis',
      axisPointer: { lineStyle: { color: tokens.faint, type: 'dashed' } },
      formatter: (items: { dataIndex: number }[]) => {
        const point = points[items[0]?.dataIndex ?? -1];
        return point ? `${escape(words.period(point.period))}<br><b>${escape(words.value(point.value))}</b>` : '';
      },
    },
    xAxis: {
      type: 'category',
      data: points.map((point) => point.period),
      boundaryGap: false,
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: { color: tokens.secondary, hideOverlap: true, showMaxLabel: true, fontSize: small },
    },
    yAxis: {
      type: 'value',
      min: 0,
      name: words.unit,
      nameTextStyle: { color: tokens.secondary, align: 'left', padding: [0, 0, 0, -28] },
      splitNumber: words.low ? 2 : 4,
      splitLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small, formatter: (value: number) => formatNumber(value, 0) },
    },
    series: [
      {
        type: 'line',
        connectNulls: false,
        data: points.map((point) => point.value ?? '-'),
        showSymbol: true,
        symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) => (lone(dataIndex) || points.length <= 16 ? 5 : 0),
        lineStyle: { width: 2, color: tokens.series[0] },
        itemStyle: { color: tokens.series[0] },
        areaStyle: { color: tokens.series[0], opacity: 0.07 },
      },
    ],
  };
}
