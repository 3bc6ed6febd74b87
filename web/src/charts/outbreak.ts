/** Charts of one event: cases by day of onset, who infected whom. */
import type { ChartOption } from '../components/chartKit';
import type { Tokens } from '../theme/tokens';
import { base, escape, small, tooltip } from './base';

/** Colours of classes of cases, the surest the strongest. */
export function kindColour(kind: string, tokens: Tokens): string {
  const at = ['confirmed', 'probable', 'suspected', 'carrier'].indexOf(kind);
  return at < 0 ? tokens.undecidable : ([tokens.series[0], tokens.series[1], tokens.series[2], tokens.series[3]][at] as string);
}

interface CurveInput {
  days: readonly string[];
  series: readonly { kind: string; counts: readonly number[] }[];
  nameOf: (kind: string) => string;
  unit: string;
}

/** Bars by day of onset, one on the other; every day has its place. */
export function epidemicCurve({ days, series, nameOf, unit }: CurveInput, tokens: Tokens): ChartOption {
  return {
    ...base(tokens),
    grid: { left: 40, right: 12, top: 26, bottom: 28 },
    tooltip: { ...tooltip(tokens), trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: {
      type: 'category',
      data: days as string[],
      axisTick: { alignWithLabel: true },
      axisLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: small, formatter: (day: string) => day.slice(5) },
    },
    yAxis: {
      type: 'value',
      name: unit,
      nameTextStyle: { color: tokens.secondary, align: 'left', padding: [0, 0, 0, -32] },
      minInterval: 1,
      axisLabel: { color: tokens.secondary, fontSize: small },
      splitLine: { lineStyle: { color: tokens.line } },
    },
    series: series.map(({ kind, counts }) => ({
      type: 'bar',
      stack: 'cases',
      name: nameOf(kind),
      data: counts as number[],
      barCategoryGap: '6%',
      itemStyle: { color: kindColour(kind, tokens), borderColor: tokens.surface, borderWidth: 1 },
    })),
  };
}

interface ChainInput {
  nodes: readonly { no: string; name: string; kind: string; onset: string; generation: number; infected: number; lane: number }[];
  edges: readonly { from: string; to: string }[];
  nameOf: (kind: string) => string;
  generation: (n: number) => string;
  infected: (n: number) => string;
}

/** Generations from left to right, an arrow from whoever infected to whom. */
export function transmissionChain({ nodes, edges, nameOf, generation, infected }: ChainInput, tokens: Tokens): ChartOption {
  const tallest = Math.max(1, ...nodes.map(({ lane }) => lane + 1));
  const inGeneration = (wanted: number) => nodes.filter((node) => node.generation === wanted).length;
  const place = ({ generation: column, lane }: (typeof nodes)[number]) => [column, ((lane + 0.5) / inGeneration(column)) * tallest];
  return {
    ...base(tokens),
    grid: { left: 24, right: 24, top: 30, bottom: 12 },
    tooltip: {
      ...tooltip(tokens),
      formatter: (one: { dataType?: string; data: { tip?: string } }) => (one.dataType === 'edge' ? '' : (one.data.tip ?? '')),
    },
    xAxis: {
      type: 'value',
      position: 'top',
      min: -0.5,
      max: Math.max(1, ...nodes.map((node) => node.generation)) + 0.5,
      interval: 0.5,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { color: tokens.secondary, fontSize: small, formatter: (at: number) => (Number.isInteger(at) && at >= 0 ? generation(at) : '') },
    },
    yAxis: { type: 'value', min: 0, max: tallest, inverse: true, show: false },
    series: [
      {
        type: 'graph',
        coordinateSystem: 'cartesian2d',
        symbolSize: 26,
        edgeSymbol: ['none', 'arrow'],
        edgeSymbolSize: 7,
        label: { show: true, color: '#FFFFFF', fontSize: 11, fontWeight: 600 },
        lineStyle: { color: tokens.secondary, width: 1.4, opacity: 0.9 },
        data: nodes.map((node) => ({
          id: node.no,
          name: node.no,
          value: place(node),
          itemStyle: { color: chainColour(node.kind) },
          tip: [`<b>${escape(node.no)}</b> ${escape(node.name)}`, escape(nameOf(node.kind)), escape(node.onset), escape(infected(node.infected))].filter((line) => line !== '').join('<br>'),
        })),
        links: edges.map(({ from, to }) => ({ source: from, target: to })),
      },
    ],
  };
}

/** Dark enough for white numbers in both themes. */
const chainColours: Record<string, string> = { confirmed: '#0B5C9A', probable: '#A8541A', suspected: '#1D7158', carrier: '#6F42A6' };
export const chainColour = (kind: string): string => chainColours[kind] ?? '#5B6B7F';
