/** Charts of the early-warning workbench: curve with threshold band, map, methods, forecast. */
import type { ComparedMethod, SignalCurve, SignalSeries, SignalTempo } from '../api/signals';
import type { AreaMap } from '../api/types';
import type { ChartOption } from '../components/chartKit';
import { formatNumber } from '../format/format';
import type { Tokens } from '../theme/tokens';
import { base, escape, small, tooltip } from './base';
import { aspect, extent, labelColour, placeLabels } from './geo';

type Cell = number | '-';
const cell = (value: number | null | undefined): Cell => value ?? '-';

function axes(days: readonly string[], unit: string, tokens: Tokens) {
  return {
    grid: { left: 4, right: 16, top: 34, bottom: 2, containLabel: true },
    xAxis: {
      type: 'category',
      data: [...days],
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: { color: tokens.secondary, fontSize: small, hideOverlap: true, formatter: (day: string) => day.slice(5) },
    },
    yAxis: {
      type: 'value',
      min: 0,
      name: unit,
      nameTextStyle: { color: tokens.secondary, align: 'left', padding: [0, 0, 0, -20] },
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small },
    },
  };
}

function tip(tokens: Tokens, text: (index: number) => string) {
  return {
    ...tooltip(tokens),
    trigger: 'axis',
    axisPointer: { type: 'line', lineStyle: { color: tokens.faint, type: 'dashed' } },
    formatter: (items: { dataIndex: number }[]) => text(items[0]?.dataIndex ?? -1),
  };
}

/** Two stacked lines that together fill from low to high. */
function band(name: string, low: Cell[], high: Cell[], colour: string, opacity: number) {
  const line = (data: Cell[], fill: number) => ({
    type: 'line',
    stack: name,
    stackStrategy: 'all',
    silent: true,
    symbol: 'none',
    connectNulls: false,
    lineStyle: { opacity: 0 },
    areaStyle: { color: colour, opacity: fill },
    tooltip: { show: false },
    data,
  });
  const rest = high.map((top, at): Cell => {
    const bottom = low[at];
    return top === '-' || bottom === '-' || bottom === undefined ? '-' : top - bottom;
  });
  return [line(low, 0), line(rest, opacity)];
}

const dashedAt = (tokens: Tokens, at: { xAxis?: string; yAxis?: number }, name: string) => ({
  silent: true,
  symbol: 'none',
  animation: false,
  lineStyle: { color: tokens.text, type: 'dashed' },
  label: { formatter: name, color: tokens.text, fontSize: small, position: 'end' },
  data: [at],
});

export interface CurveWords {
  count: string;
  window: string;
  expected: string;
  threshold: string;
  alarm: string;
  signal: string;
  unit: string;
}

/** Counts by day as bars, sums of the window as a line, and the band from expected to threshold. */
export function curveOption(curve: SignalCurve, date: string, words: CurveWords, tokens: Tokens): ChartOption {
  const { days } = curve;
  const threshold = days.map((day) => cell(day.threshold));
  const expected = days.map((day) => cell(day.expected));
  const numbers = (value: number | null) => (value === null ? '–' : formatNumber(value, 1));
  return {
    ...base(tokens),
    ...axes(days.map(({ day }) => day), words.unit, tokens),
    tooltip: tip(tokens, (at) => {
      const day = days[at];
      if (!day) return '';
      return [
        escape(day.day),
        `${escape(words.count)} <b>${numbers(day.count)}</b>`,
        ...(curve.window > 1 ? [`${escape(words.window)} <b>${numbers(day.window)}</b>`] : []),
        `${escape(words.expected)} ${numbers(day.expected)} · ${escape(words.threshold)} ${numbers(day.threshold)}`,
        ...(day.alarm ? [`<b>${escape(words.alarm)}</b>`] : []),
      ].join('<br>');
    }),
    series: [
      ...band('threshold', expected, threshold, tokens.series[1] as string, 0.22),
      { type: 'line', silent: true, symbol: 'none', step: false, lineStyle: { color: tokens.series[1], width: 1.5, type: 'dashed' }, data: threshold },
      { type: 'bar', data: days.map(({ count }) => cell(count)), itemStyle: { color: tokens.series[0], opacity: curve.window > 1 ? 0.45 : 0.8 }, barMaxWidth: 10 },
      ...(curve.window > 1
        ? [{ type: 'line', symbol: 'none', lineStyle: { color: tokens.series[0], width: 2 }, data: days.map(({ window }) => cell(window)) }]
        : []),
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 9,
        itemStyle: { color: tokens.missed },
        data: days.map((day): Cell => (day.alarm ? cell(day.window) : '-')),
        markLine: dashedAt(tokens, { xAxis: date }, words.signal),
      },
    ],
  };
}

/** Windows of one method: what was observed, expected and its threshold. */
export function methodOption(method: ComparedMethod, words: CurveWords, tokens: Tokens): ChartOption {
  const { points } = method;
  const threshold = points.map((point) => cell(point.threshold));
  return {
    ...base(tokens),
    ...axes(points.map(({ last }) => last), words.unit, tokens),
    tooltip: tip(tokens, (at) => {
      const point = points[at];
      if (!point) return '';
      const number = (value: number | null) => (value === null ? '–' : formatNumber(value, 1));
      return [
        escape(point.last),
        `${escape(words.window)} <b>${number(point.observed)}</b>`,
        `${escape(words.expected)} ${number(point.expected)} · ${escape(words.threshold)} ${number(point.threshold)}`,
        ...(point.alarm ? [`<b>${escape(words.alarm)}</b>`] : []),
      ].join('<br>');
    }),
    series: [
      ...band('threshold', points.map((point) => cell(point.expected)), threshold, tokens.series[1] as string, 0.22),
      { type: 'line', silent: true, symbol: 'none', lineStyle: { color: tokens.series[1], width: 1.5, type: 'dashed' }, data: threshold },
      {
        type: 'bar',
        barMaxWidth: 18,
        data: points.map((point) => ({ value: cell(point.observed), itemStyle: { color: point.alarm ? tokens.missed : tokens.series[0] } })),
      },
    ],
  };
}

/** Onsets by day; the days between without a case stand too. */
export function onsetDays(onsets: readonly (string | null)[]): { day: string; count: number }[] {
  const known = onsets.filter((day): day is string => day !== null).sort();
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return [];
  const counts = new Map<string, number>();
  for (const day of known) counts.set(day, (counts.get(day) ?? 0) + 1);
  const days: { day: string; count: number }[] = [];
  for (let at = Date.parse(`${first}T00:00:00Z`); at <= Date.parse(`${last}T00:00:00Z`); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.push({ day, count: counts.get(day) ?? 0 });
  }
  return days;
}

export function onsetOption(days: readonly { day: string; count: number }[], unit: string, tokens: Tokens): ChartOption {
  return {
    ...base(tokens),
    ...axes(days.map(({ day }) => day), unit, tokens),
    tooltip: tip(tokens, (at) => (days[at] ? `${escape(days[at].day)} <b>${days[at].count}</b>` : '')),
    series: [{ type: 'bar', barMaxWidth: 18, data: days.map(({ count }) => count), itemStyle: { color: tokens.series[0] } }],
  };
}

/** Classes of “now against usual”. */
export const ratioSteps = [1, 1.5, 2, 3] as const;

export function ratioOf(area: SignalSeries['areas'][number]): number | null {
  if (area.usual === null) return null;
  if (area.usual === 0) return area.window === 0 ? 0 : Number.POSITIVE_INFINITY;
  return area.window / area.usual;
}

export function ratioColour(ratio: number | null, tokens: Tokens): string {
  if (ratio === null) return tokens.noValue;
  const steps = ratioSteps.filter((step) => ratio >= step).length;
  return tokens.sequential[steps + 1] ?? tokens.noValue;
}

interface MapInput {
  areas: SignalSeries['areas'];
  map: AreaMap;
  mapName: string;
  height: number;
  width: number;
  here: string;
  name: (code: string) => string;
  tip: (code: string) => string;
}

/** Streets by what the count is against what is usual; the signal's own has a border. */
export function areaMapOption(input: MapInput, tokens: Tokens): ChartOption {
  const { areas, map, mapName, height, width, here, name } = input;
  const byCode = new Map(areas.map((area) => [area.area, area]));
  const box = extent(map.features);
  const shape = box.height > 0 ? (box.width * aspect(map)) / box.height : 1;
  const drawn = Math.min(height - 8, (width - 8) / shape);
  const labelled = placeLabels(map, drawn, name);
  return {
    ...base(tokens),
    tooltip: { ...tooltip(tokens), trigger: 'item', formatter: (item: { name: string }) => input.tip(item.name) },
    series: [
      {
        type: 'map',
        map: mapName,
        nameProperty: 'code',
        aspectScale: aspect(map),
        layoutCenter: ['50%', '50%'],
        layoutSize: drawn * Math.max(1, shape),
        selectedMode: false,
        emphasis: { itemStyle: { borderColor: tokens.accent, borderWidth: 2 } },
        data: map.features.map(({ properties: { code } }) => {
          const area = byCode.get(code);
          const colour = area ? ratioColour(ratioOf(area), tokens) : tokens.noValue;
          const ink = labelColour(colour);
          return {
            name: code,
            value: area?.window ?? Number.NaN,
            itemStyle: { areaColor: colour, borderColor: code === here ? tokens.missed : tokens.mapLine, borderWidth: code === here ? 3 : 1 },
            label: { show: labelled.has(code), formatter: name(code), color: ink, fontSize: 11, width: 76, overflow: 'break' },
            emphasis: { label: { color: ink }, itemStyle: { areaColor: colour } },
          };
        }),
      },
    ],
  };
}

interface FanWords {
  cases: string;
  median: string;
  half: string;
  most: string;
  wide: string;
  unit: string;
}

const shownDays = 60;

/** Cases so far as bars, the next days as a fan of intervals about the median. */
export function fanOption(tempo: SignalTempo, words: FanWords, tokens: Tokens): ChartOption {
  const past = tempo.cases.slice(-shownDays);
  const { forecast } = tempo;
  const days = [...past.map(({ day }) => day), ...forecast.map(({ day }) => day)];
  const blank = past.map((): Cell => '-');
  const colour = tokens.series[0] as string;
  const fan = (name: 'half' | 'most' | 'wide', opacity: number) =>
    band(name, [...blank, ...forecast.map((day): Cell => day[name].lower)], [...blank, ...forecast.map((day): Cell => day[name].upper)], colour, opacity);
  const range = ({ lower, upper }: { lower: number; upper: number }) => `${formatNumber(lower, 0)}–${formatNumber(upper, 0)}`;
  return {
    ...base(tokens),
    ...axes(days, words.unit, tokens),
    tooltip: tip(tokens, (at) => {
      const before = past[at];
      if (before) return `${escape(before.day)} ${escape(words.cases)} <b>${before.count}</b>`;
      const day = forecast[at - past.length];
      if (!day) return '';
      return [escape(day.day), `${escape(words.median)} <b>${formatNumber(day.median, 0)}</b>`, `${escape(words.half)} ${range(day.half)}`, `${escape(words.most)} ${range(day.most)}`, `${escape(words.wide)} ${range(day.wide)}`].join('<br>');
    }),
    series: [
      ...fan('wide', 0.16),
      ...fan('most', 0.2),
      ...fan('half', 0.26),
      { type: 'bar', barMaxWidth: 10, data: [...past.map(({ count }): Cell => count)], itemStyle: { color: colour, opacity: 0.7 } },
      { type: 'line', symbol: 'none', lineStyle: { color: colour, width: 2 }, data: [...blank, ...forecast.map((day): Cell => day.median)] },
    ],
  };
}

export function reproductionOption(tempo: SignalTempo, name: string, tokens: Tokens): ChartOption {
  const points = tempo.r.slice(-shownDays);
  const colour = tokens.series[2] as string;
  return {
    ...base(tokens),
    ...axes(points.map(({ day }) => day), name, tokens),
    tooltip: tip(tokens, (at) => {
      const point = points[at];
      return point ? `${escape(point.day)} R <b>${formatNumber(point.mean, 2)}</b> (${formatNumber(point.lower, 2)}–${formatNumber(point.upper, 2)})` : '';
    }),
    series: [
      ...band('limits', points.map(({ lower }): Cell => lower), points.map(({ upper }): Cell => upper), colour, 0.2),
      { type: 'line', symbol: 'none', lineStyle: { color: colour, width: 2 }, data: points.map(({ mean }) => mean), markLine: dashedAt(tokens, { yAxis: 1 }, '1') },
    ],
  };
}
