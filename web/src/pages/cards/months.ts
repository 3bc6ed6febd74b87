import type { CardTable } from '../../api/cards';

type Row = CardTable['rows'][number];

/** Every month from a day to another: "2025-01-15", "2025-03-01" → 2025-01, 2025-02, 2025-03. */
export function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  let [year = 0, month = 1] = from.split('-').map(Number);
  for (;;) {
    const text = `${year}-${String(month).padStart(2, '0')}`;
    if (text > to.slice(0, 7)) return months;
    months.push(text);
    year += month === 12 ? 1 : 0;
    month = (month % 12) + 1;
  }
}

/** Cases of a line in each month; of a sum those of its diseases, of "all" those of the classes A to C. */
export function monthCounts(row: Row, rows: readonly Row[], months: number): number[] {
  const counts = new Array<number>(months).fill(0);
  const own = row.disease !== '' ? [row] : rows.filter((one) => one.disease !== '' && (row.class === 'all' ? one.class !== 'other' : one.class === row.class));
  for (const one of own) one.months.forEach((count, at) => (counts[at] = (counts[at] ?? 0) + count));
  return counts;
}
