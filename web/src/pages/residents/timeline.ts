import type { TimelineItem } from '../../api/types';

export interface YearGroup {
  /** “2025”, or “” for entries without a date */
  year: string;
  items: TimelineItem[];
}

/** Entries by year in the order in which they came; one group per run of a year. */
export function byYear(items: readonly TimelineItem[]): YearGroup[] {
  const groups: YearGroup[] = [];
  for (const item of items) {
    const year = item.date?.slice(0, 4) ?? '';
    const last = groups.at(-1);
    if (last && last.year === year) last.items.push(item);
    else groups.push({ year, items: [item] });
  }
  return groups;
}
