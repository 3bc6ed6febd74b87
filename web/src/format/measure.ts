/** How computed indicators are written and judged on a page. Pure functions. */
import type { Measure, MeasureCell, Measured, TrendPoint } from '../api/measures';
import type { StatusCounts } from '../api/types';
import { formatNumber, formatSigned, noValue } from './format';
import { pickColours, roundBorders } from './scale';

/** 71.5 with two decimals is “71.50”: figures below each other keep their point in one line. */
export function formatValue(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** “70.12 – 72.88”, or nothing without an interval. */
export function formatInterval({ lower, upper }: Measured, decimals: number): string {
  if (lower === null || upper === null) return '';
  return `${formatValue(lower, decimals)} – ${formatValue(upper, decimals)}`;
}

export type Direction = 'better' | 'worse' | 'same' | 'neutral';

export interface Change {
  text: string;
  direction: Direction;
  rises: boolean;
}

/** Difference to the period before, at the printed precision; null without both values. */
export function changeOf({ value, previous, better, decimals }: Pick<Measure, 'value' | 'previous' | 'better' | 'decimals'>): Change | null {
  if (value === null || previous === null) return null;
  const difference = Number((value - previous).toFixed(decimals));
  if (difference === 0) return { text: '0', direction: 'same', rises: false };
  const rises = difference > 0;
  const direction = better === 'none' ? 'neutral' : rises === (better === 'higher') ? 'better' : 'worse';
  return { text: formatSigned(difference, decimals), direction, rises };
}

/** How many indicators have which status; those without a target are not counted. */
export function countStatuses(items: readonly Measure[]): StatusCounts {
  const counts: StatusCounts = { met: 0, nearly: 0, missed: 0, not_decidable: 0 };
  for (const { target, status } of items) if (target && status) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Where a value stands against a reference such as the whole district: only an interval that lies
 *  wholly on one side is told apart. */
export type Stand = 'above' | 'below' | 'same';
export function standOf(cell: Measured, reference: number | null): Stand {
  if (reference === null || cell.lower === null || cell.upper === null) return 'same';
  if (cell.lower > reference) return 'above';
  return cell.upper < reference ? 'below' : 'same';
}

/** Cells with a value first, largest first; equal ones by key, so that the order never jumps. */
export function rankedCells(rows: readonly MeasureCell[]): MeasureCell[] {
  return [...rows].sort((one, other) => {
    const difference = (other.value ?? -Infinity) - (one.value ?? -Infinity);
    return Number.isNaN(difference) || difference === 0 ? one.key.localeCompare(other.key) : difference;
  });
}

export interface ColourClass {
  from: number;
  to: number;
  colour: string;
}

const halfDiverging = 3; // classes on each side of the target

/** Classes around a target, which is the border in the middle; the outermost are open-ended. */
function aroundTarget(values: readonly number[], target: number, colours: readonly string[]): ColourClass[] {
  const far = Math.max(...values.map((value) => Math.abs(value - target)));
  const step = far > 0 ? roundStep(far / halfDiverging) : 1;
  return colours.map((colour, index) => ({
    from: Number((target + (index - halfDiverging) * step).toPrecision(12)),
    to: Number((target + (index - halfDiverging + 1) * step).toPrecision(12)),
    colour,
  }));
}

/** 1, 2, 2.5 or 5 times a power of ten, not below `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10) * power;
}

/** Classes of a map: diverging with the target as the middle when there is one and a side is better,
 *  else sequential; empty classes at both ends of a diverging scale are left out. */
export function colourClasses(
  values: readonly (number | null)[],
  target: number | null,
  better: Measure['better'],
  scales: { sequential: readonly string[]; diverging: readonly string[] },
): ColourClass[] {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return [];
  if (target !== null && better !== 'none') {
    const colours = better === 'higher' ? scales.diverging : [...scales.diverging].reverse();
    const classes = aroundTarget(known, target, colours);
    const used = classes.map(({ from, to }) => known.some((value) => value >= from && value <= to));
    const first = Math.min(halfDiverging - 1, used.indexOf(true));
    const last = Math.max(halfDiverging, used.lastIndexOf(true));
    return classes.slice(first, last + 1);
  }
  const borders = roundBorders(known, scales.sequential.length);
  return pickColours(scales.sequential, Math.max(1, borders.length - 1))
    .slice(0, Math.max(0, borders.length - 1))
    .map((colour, index) => ({ from: borders[index] as number, to: borders[index + 1] as number, colour }));
}

/** The class of a value. On a border it belongs to the better side: reaching a target is reaching it. */
export function classOf(value: number | null, classes: readonly ColourClass[], better: Measure['better']): ColourClass | null {
  if (value === null) return null;
  const fitting = classes.filter(({ from, to }) => value >= from && value <= to);
  return (better === 'lower' ? fitting[0] : fitting.at(-1)) ?? null;
}

/** Runs of neighbouring points that have a value: lines are drawn within a run, never between. */
export function runsOf<T extends Pick<TrendPoint, 'value'>>(points: readonly T[]): { index: number; point: T }[][] {
  const runs: { index: number; point: T }[][] = [];
  let run: { index: number; point: T }[] = [];
  points.forEach((point, index) => {
    if (point.value === null) {
      if (run.length > 0) runs.push(run);
      run = [];
    } else run.push({ index, point });
  });
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Numerator / denominator as “3,120 / 4,205”; the numerator alone where nothing divides it. */
export function formatFraction({ numerator, denominator }: Pick<Measure, 'numerator' | 'denominator'>): string {
  if (numerator === null) return noValue;
  return denominator === null ? formatNumber(numerator, 1) : `${formatNumber(numerator, 1)} / ${formatNumber(denominator, 1)}`;
}

/** Names without the word that all of them end with (“Subdistrict”): it tells nobody anything. */
export function withoutSharedWord(names: readonly string[]): string[] {
  const last = names[0]?.split(' ').at(-1) ?? '';
  const shared = names.length > 1 && names.every((name) => name.includes(' ') && name.endsWith(` ${last}`));
  return shared ? names.map((name) => name.slice(0, -last.length - 1)) : [...names];
}

/** “≥ 70” where the target is one number and a side is better, else as it is printed. */
export function shortTargetOf({ target, better }: Pick<Measure, 'target' | 'better'>): string {
  if (!target) return '';
  if (target.value === null || target.value === undefined || better === 'none') return target.text;
  return `${better === 'higher' ? '≥' : '≤'} ${formatNumber(target.value, 4)}`;
}
