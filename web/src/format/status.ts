import type { Indicator, IndicatorStatus, StatusCounts } from '../api/types';

/** In the order in which they are always shown. */
export const statuses: readonly IndicatorStatus[] = ['met', 'nearly', 'missed', 'not_decidable'];

export function countAll(counts: StatusCounts): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** Widths in per cent of the parts of a status bar; parts without members are left out. */
export function barParts(counts: StatusCounts): { status: IndicatorStatus; count: number; width: number }[] {
  const all = countAll(counts);
  return statuses
    .map((status) => ({ status, count: counts[status] ?? 0, width: ((counts[status] ?? 0) / all) * 100 }))
    .filter((part) => part.count > 0);
}

export interface Bullet {
  /** ends of the axis, in the indicator's unit */
  from: number;
  to: number;
  /** positions of value and target on it, 0…1 */
  value: number;
  target: number;
  /** the side on which the target is reached */
  good: 'left' | 'right';
}

/** A scale for value against target, or null when one of the two is no single number. The axis
 *  starts at zero unless both lie in the upper fifth of it: then small differences would vanish. */
export function bulletScale(indicator: Pick<Indicator, 'value' | 'target' | 'better'>): Bullet | null {
  const target = indicator.target?.value;
  const { value } = indicator;
  if (value === null || target === null || target === undefined) return null;
  const comparison = indicator.target?.comparison ?? '';
  const good = comparison.startsWith('<') || indicator.better === 'lower' ? 'left' : 'right';
  const high = Math.max(value, target);
  const low = Math.min(value, target);
  const close = low > 0.8 * high;
  const from = low < 0 ? low * 1.1 : close ? Math.max(0, low - (high - low || high * 0.02) * 2) : 0;
  const to = close ? high + (high - low || high * 0.02) : high * 1.12 || 1;
  const at = (position: number) => (position - from) / (to - from);
  return { from, to, value: at(value), target: at(target), good };
}
