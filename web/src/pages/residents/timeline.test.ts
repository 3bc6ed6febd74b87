import { expect, it } from 'vitest';
import type { TimelineItem } from '../../api/types';
import { byYear } from './timeline';

const item = (seq: number, date: string | null): TimelineItem => ({
  seq,
  date,
  type: 'Encounter',
  kind: { zh: '就诊', en: 'Visit' },
  title: '',
  detail: '',
  code: null,
  organization: null,
  status: null,
});

it('byYear: keeps the order and puts entries without a date into a group of their own', () => {
  const groups = byYear([item(4, '2025-03-02'), item(3, '2025-01-01'), item(2, '2024-12-31'), item(1, null)]);
  expect(groups.map(({ year, items }) => [year, items.map(({ seq }) => seq)])).toEqual([
    ['2025', [4, 3]],
    ['2024', [2]],
    ['', [1]],
  ]);
});
