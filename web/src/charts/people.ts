/** Charts of counts: diseases by week as small multiples, population by age and sex. */
import type { ChartOption } from '../components/chartKit';
import { formatNumber } from '../format/format';
import type { Tokens } from '../theme/tokens';
import { base, escape, small, tooltip } from './base';

export interface WeekSeries {
  name: string;
  values: readonly (number | null)[];
}

interface WeekWords {
  week: (week: string) => string;
  value: (value: number | null) => string;
}

/** Small multiples, each with a scale of its own: how one disease moves, not which is the largest. */
export function weeksOption(weeks: readonly string[], series: readonly WeekSeries[], columns: number, tokens: Tokens, words: WeekWords): ChartOption {
  const rows = Math.ceil(series.length / columns);
  const place = (index: number) => ({ column: index % columns, row: Math.floor(index / columns) });
  const gridOf = (index: number) => {
    const { column, row } = place(index);
    const width = 100 / columns;
    const height = 100 / rows;
    return {
      left: `${column * width + (column === 0 ? 0.5 : 1.5)}%`,
      width: `${width - 3}%`,
      top: `${row * height + height * 0.22}%`,
      height: `${height * 0.56}%`,
      containLabel: true,
    };
  };
  return {
    ...base(tokens),
    tooltip: {
      ...tooltip(tokens),
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: tokens.accent, opacity: 0.1 } },
      formatter: (items: { dataIndex: number; seriesIndex: number }[]) => {
        const item = items[0];
        const one = item && series[item.seriesIndex];
        if (!item || !one) return '';
        const value = one.values[item.dataIndex] ?? null;
        return `${escape(words.week(weeks[item.dataIndex] ?? ''))}<br><b>${escape(one.name)} ${escape(words.value(value))}</b>`;
      },
    },
    title: series.map((one, index) => {
      const { column, row } = place(index);
      const total = one.values.reduce((sum: number, value) => sum + (value ?? 0), 0);
      return {
        text: `{name|${one.name}}  {sum|${words.value(total)}}`,
        left: `${(column * 100) / columns + 0.5}%`,
        top: `${(row * 100) / rows}%`,
        padding: 0,
        textStyle: {
          rich: {
            name: { fontSize: small, fontWeight: 600, color: tokens.text, lineHeight: 18 },
            sum: { fontSize: small, color: tokens.secondary, lineHeight: 18 },
          },
        },
      };
    }),
    grid: series.map((_, index) => gridOf(index)),
    xAxis: series.map((_, index) => ({
      type: 'category',
      gridIndex: index,
      data: [...weeks],
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: {
        color: tokens.secondary,
        fontSize: 11,
        interval: (at: number) => at === 0 || at === Math.floor(weeks.length / 2),
        formatter: (week: string) => week,
        align: 'left',
      },
    })),
    yAxis: series.map((_, index) => ({
      type: 'value',
      gridIndex: index,
      min: 0,
      splitNumber: 2,
      minInterval: 1,
      splitLine: { lineStyle: { color: tokens.line } },
      axisLabel: { color: tokens.secondary, fontSize: 11, formatter: (value: number) => formatNumber(value, 0) },
    })),
    series: series.map((one, index) => ({
      type: 'bar',
      xAxisIndex: index,
      yAxisIndex: index,
      barCategoryGap: '15%',
      itemStyle: { color: tokens.series[0] },
      data: one.values.map((value) => value ?? '-'),
    })),
  };
}

export interface AgeRow {
  ageBand: number;
  male: number;
  female: number;
}

interface PyramidWords {
  band: (first: number) => string;
  male: string;
  female: string;
  value: (value: number) => string;
}

/** Men to the left, women to the right, the youngest below. */
export function pyramidOption(rows: readonly AgeRow[], tokens: Tokens, words: PyramidWords): ChartOption {
  const most = Math.max(1, ...rows.flatMap(({ male, female }) => [male, female]));
  const bar = (name: string, colour: string | undefined, data: number[]) => ({
    name,
    type: 'bar',
    stack: 'people',
    barCategoryGap: '18%',
    itemStyle: { color: colour },
    data,
  });
  const title = (text: string, left: string) => ({
    text,
    left,
    top: 0,
    padding: 0,
    textStyle: { fontSize: small, fontWeight: 400, color: tokens.secondary },
  });
  return {
    ...base(tokens),
    title: [title(words.male, '22%'), title(words.female, '70%')],
    grid: { left: 4, right: 12, top: 20, bottom: 2, containLabel: true },
    tooltip: {
      ...tooltip(tokens),
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: tokens.accent, opacity: 0.08 } },
      formatter: (items: { dataIndex: number }[]) => {
        const row = rows[items[0]?.dataIndex ?? -1];
        if (!row) return '';
        return `<b>${escape(words.band(row.ageBand))}</b><br>${escape(words.male)} ${escape(words.value(row.male))}<br>${escape(words.female)} ${escape(words.value(row.female))}`;
      },
    },
    xAxis: {
      type: 'value',
      min: -most * 1.05,
      max: most * 1.05,
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.line }, showMinLine: false, showMaxLine: false },
      axisLabel: {
        color: tokens.secondary,
        fontSize: small,
        hideOverlap: true,
        showMinLabel: false,
        showMaxLabel: false,
        formatter: (value: number) => formatNumber(Math.abs(value), 0),
      },
    },
    yAxis: {
      type: 'category',
      data: rows.map(({ ageBand }) => words.band(ageBand)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: tokens.secondary, fontSize: 11, interval: 'auto' },
    },
    series: [
      bar(words.male, tokens.series[0], rows.map(({ male }) => -male)),
      bar(words.female, tokens.series[1], rows.map(({ female }) => female)),
    ],
  };
}
