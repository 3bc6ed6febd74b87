import type { Indicator } from '../api/types';
import { formatNumber } from './format';

const marks: Record<string, string> = { '>=': '≥', '>': '>', '<=': '≤', '<': '<', '=': '=', about: '≈' };

/** A target as a sign and a number, “≥ 92.3” or “40 – 60”; null when it cannot be said so briefly. */
export function shortTarget({ target }: Pick<Indicator, 'target'>): string | null {
  if (!target || target.value === null || target.comparison === null) return null;
  const value = formatNumber(target.value, 4);
  if (target.comparison === 'between') {
    return target.upper === null ? null : `${value} – ${formatNumber(target.upper, 4)}`;
  }
  const mark = marks[target.comparison];
  return mark && target.upper === null ? `${mark} ${value}` : null;
}
