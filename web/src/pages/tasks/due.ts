/** How a deadline stands at a moment; whole minutes, hours or days, the largest that fits. */
export type DueKind = 'overdue' | 'soon' | 'today' | 'later' | 'none';

export interface DueState {
  kind: DueKind;
  n: number;
  unit: 'minute' | 'hour' | 'day';
}

const minute = 60_000;
const soonMs = 60 * minute;
const shanghaiMs = 8 * 60 * minute;

/** The day of an instant in Shanghai: "2026-11-22". */
export function dayOf(instant: string): string {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? '' : new Date(at + shanghaiMs).toISOString().slice(0, 10);
}

export function dueState(due: string | undefined, nowMs: number): DueState {
  const at = Date.parse(due ?? '');
  if (due === undefined || Number.isNaN(at)) return { kind: 'none', n: 0, unit: 'minute' };
  const left = at - nowMs;
  const minutes = Math.floor(Math.abs(left) / minute);
  const size: Pick<DueState, 'n' | 'unit'> =
    minutes < 60 ? { n: minutes, unit: 'minute' } : minutes < 2880 ? { n: Math.floor(minutes / 60), unit: 'hour' } : { n: Math.floor(minutes / 1440), unit: 'day' };
  const today = dayOf(due) === dayOf(new Date(nowMs).toISOString());
  const kind: DueKind = left < 0 ? 'overdue' : left <= soonMs ? 'soon' : today ? 'today' : 'later';
  return { kind, ...size };
}

/** Days shown for a month ("2026-11"): whole weeks, Monday first. */
export function monthDays(month: string): string[] {
  const first = new Date(`${month}-01T00:00:00Z`);
  const start = new Date(first);
  start.setUTCDate(1 - ((first.getUTCDay() + 6) % 7));
  const days: string[] = [];
  for (const day = new Date(start); days.length < 42; day.setUTCDate(day.getUTCDate() + 1)) {
    if (days.length % 7 === 0 && days.length > 0 && day.toISOString().slice(0, 7) > month) break;
    days.push(day.toISOString().slice(0, 10));
  }
  return days;
}

/** "2026-12" and 1 → "2027-01". */
export function stepMonth(month: string, by: number): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + by);
  return at.toISOString().slice(0, 7);
}

export const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
