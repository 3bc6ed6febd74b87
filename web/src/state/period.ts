/** Periods as they stand in the address: 2025 · 2025-Q3 · 2025-11 · 2025-W47 · 2025-11-21. */

export type PeriodKind = 'year' | 'quarter' | 'month' | 'week' | 'day';

export interface Period {
  kind: PeriodKind;
  year: number;
  /** quarter 1–4, month 1–12, week 1–53, day as day of the month with `month`; 0 for a year */
  part: number;
  month: number;
}

const two = (part: number) => String(part).padStart(2, '0');

/** Weeks of an ISO year: 53 when 1 January or 31 December is a Thursday, else 52. */
export function weeksOfYear(year: number): number {
  const thursday = 4;
  const first = new Date(Date.UTC(year, 0, 1)).getUTCDay();
  const last = new Date(Date.UTC(year, 11, 31)).getUTCDay();
  return first === thursday || last === thursday ? 53 : 52;
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** null for anything that is no period, “2025-13” and “2025-02-30” included. */
export function parsePeriod(text: string | null | undefined): Period | null {
  const match = /^(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})(?:-(\d{2}))?))?$/.exec(text ?? '');
  if (!match) return null;
  const year = Number(match[1]);
  if (match[2]) return { kind: 'quarter', year, part: Number(match[2]), month: 0 };
  if (match[3]) {
    const week = Number(match[3]);
    return week >= 1 && week <= weeksOfYear(year) ? { kind: 'week', year, part: week, month: 0 } : null;
  }
  if (!match[4]) return { kind: 'year', year, part: 0, month: 0 };
  const month = Number(match[4]);
  if (month < 1 || month > 12) return null;
  if (!match[5]) return { kind: 'month', year, part: month, month };
  const day = Number(match[5]);
  return day >= 1 && day <= daysOfMonth(year, month) ? { kind: 'day', year, part: day, month } : null;
}

export function writePeriod({ kind, year, part, month }: Period): string {
  if (kind === 'quarter') return `${year}-Q${part}`;
  if (kind === 'month') return `${year}-${two(part)}`;
  if (kind === 'week') return `${year}-W${two(part)}`;
  if (kind === 'day') return `${year}-${two(month)}-${two(part)}`;
  return String(year);
}

function partsOf(kind: PeriodKind, year: number): number {
  if (kind === 'quarter') return 4;
  if (kind === 'month') return 12;
  return kind === 'week' ? weeksOfYear(year) : 1;
}

/** The period `steps` later (or earlier) of the same kind. */
export function stepPeriod(period: Period, steps: 1 | -1): Period {
  const { kind, year, part, month } = period;
  if (kind === 'year') return { ...period, year: year + steps };
  if (kind === 'day') {
    const day = new Date(Date.UTC(year, month - 1, part + steps));
    return { kind, year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, part: day.getUTCDate() };
  }
  let [nextYear, nextPart] = [year, part + steps];
  if (nextPart < 1) {
    nextYear -= 1;
    nextPart = partsOf(kind, nextYear);
  } else if (nextPart > partsOf(kind, year)) {
    nextYear += 1;
    nextPart = 1;
  }
  return { kind, year: nextYear, part: nextPart, month: kind === 'month' ? nextPart : 0 };
}

const monthsEn = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function monthNameEn(month: number): string {
  return monthsEn[month - 1] ?? '';
}
