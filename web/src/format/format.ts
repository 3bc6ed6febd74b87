/** How figures, dates and sizes are written. Pure functions; both languages group by thousands. */

export type Language = 'zh' | 'en';

/** What stands where there is no value: never a zero. */
export const noValue = '–';

/** 1234567.5 → “1,234,567.5”; at most `digits` decimals, none added. */
export function formatNumber(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Always as many decimals, for figures one below the other: 1.5 → “1.50”. */
export function formatFixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share 0…1 as “12.3 %”; no value without a denominator. */
export function formatShare(part: number, whole: number): string {
  return whole > 0 ? `${formatNumber((part / whole) * 100, 1)}%` : noValue;
}

/** +5.8, −12.96 with a true minus; 0 has no sign. */
export function formatSigned(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  const text = formatNumber(Math.abs(value), digits);
  if (text === '0') return text;
  return value < 0 ? `\u2212${text}` : `+${text}`;
}

/** Bytes in decimal units: 1 500 000 → “1.5 MB”. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return noValue;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatNumber(size, unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** Seconds: “0.42 s”, “75 s”, “12 min 05 s”. */
export function formatSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return noValue;
  if (seconds < 10) return `${formatNumber(seconds, 2)} s`;
  if (seconds < 120) return `${formatNumber(seconds, 0)} s`;
  const rest = Math.round(seconds % 60);
  return `${Math.floor(seconds / 60)} min ${String(rest).padStart(2, '0')} s`;
}

/** Asia/Shanghai, whatever zone the reader's machine is in: the days of the figures are days there. */
const shanghaiOffsetMs = 8 * 3_600_000;

/** An instant in Shanghai's clock: “2026-11-21 16:05”. Dates without a time stay as they are. */
export function formatInstant(instant: string | null | undefined, seconds = false): string {
  if (!instant) return noValue;
  if (!instant.includes('T')) return instant;
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const text = new Date(at.getTime() + shanghaiOffsetMs).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, seconds ? 19 : 16)}`;
}

/** Whole units of age of a figure, for “3 minutes ago”: the largest unit that fits once. */
export function age(fromMs: number, nowMs: number): { count: number; unit: 'second' | 'minute' | 'hour' | 'day' } {
  const seconds = Math.max(0, Math.floor((nowMs - fromMs) / 1000));
  if (seconds < 60) return { count: seconds, unit: 'second' };
  if (seconds < 3600) return { count: Math.floor(seconds / 60), unit: 'minute' };
  if (seconds < 86400) return { count: Math.floor(seconds / 3600), unit: 'hour' };
  return { count: Math.floor(seconds / 86400), unit: 'day' };
}

export type AgeInYears = { years: number; months: number };

/** Completed years and months from birth to a day, both “2025-03-02”; null when not full dates. */
export function completedAge(birthDate: string | null, day: string | null): AgeInYears | null {
  const birth = /^(\d{4})-(\d{2})-(\d{2})/.exec(birthDate ?? '');
  const end = /^(\d{4})-(\d{2})-(\d{2})/.exec(day ?? '');
  if (!birth || !end) return null;
  let months = (Number(end[1]) - Number(birth[1])) * 12 + Number(end[2]) - Number(birth[2]);
  if (Number(end[3]) < Number(birth[3])) months -= 1;
  return months < 0 ? null : { years: Math.floor(months / 12), months: months % 12 };
}
