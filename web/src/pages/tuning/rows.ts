import type { TuningRows, TuningRun } from '../../api/tuning';
import type { Curve } from '../../charts/tuning';

export type Row = Record<string, string>;

/** Rows of the bench by the names of its columns. */
export function rowsOf(run: TuningRows): Row[] {
  return run.rows.map((row) => Object.fromEntries(run.columns.map((name, at) => [name, row[at] ?? ''])));
}

const sorted = (curve: Curve): Curve => ({ ...curve, points: [...curve.points].sort((a, b) => a.x - b.x) });

/**
 * Curves of all methods against false signals a week. Held against known outbreaks where there are some, else against those
 * that were put in (all streams of a method together).
 */
export function curvesOf(rows: readonly Row[], of: 'pod' | 'days', fused: string): Curve[] {
  const truth = rows.filter((row) => row.part === 'truth' && !row.detector?.includes('('));
  const known = truth.some((row) => Number(row.outbreaks) > 0);
  const used = known ? truth : together(rows.filter((row) => row.part === 'injected'));
  const curves = new Map<string, Curve>();
  for (const row of used) {
    const y = row[of] === '' || row[of] === undefined ? null : Number(row[of]);
    if (y === null || Number.isNaN(y)) continue;
    const main = row.detector === 'fused';
    const name = main ? fused : (row.detector ?? '');
    const curve = curves.get(name) ?? { name, points: [], main };
    curve.points.push({ x: Number(row.false_per_week), y, label: `${row.threshold}` });
    curves.set(name, curve);
  }
  return [...curves.values()].map(sorted);
}

/** Injected outbreaks of one method and threshold, over all streams. */
function together(rows: readonly Row[]): Row[] {
  const sums = new Map<string, { detector: string; threshold: string; found: number; all: number; wrong: number; late: number; n: number }>();
  for (const row of rows) {
    const key = `${row.detector}/${row.threshold}`;
    const sum = sums.get(key) ?? { detector: row.detector ?? '', threshold: row.threshold ?? '', found: 0, all: 0, wrong: 0, late: 0, n: 0 };
    sum.found += Number(row.detected);
    sum.all += Number(row.outbreaks);
    sum.wrong += Number(row.false_per_week);
    if (row.days) {
      sum.late += Number(row.days) * Number(row.detected);
      sum.n += Number(row.detected);
    }
    sums.set(key, sum);
  }
  return [...sums.values()].map((sum) => ({
    detector: sum.detector,
    threshold: sum.threshold,
    pod: sum.all > 0 ? String(sum.found / sum.all) : '',
    days: sum.n > 0 ? String(sum.late / sum.n) : '',
    false_per_week: String(sum.wrong),
  }));
}

export type Point = TuningRun['points'][number];

/** The point that finds most with no more than `most` signals a week; of equals the calmer one. */
export function withAtMost(points: readonly Point[], most: number): Point | undefined {
  return [...points]
    .filter(({ signals_a_week }) => signals_a_week <= most)
    .sort((a, b) => b.detected - a.detected || a.signals_a_week - b.signals_a_week)[0];
}
