export const columnKeys = [
  'no',
  'name',
  'field',
  'planTitle',
  'value',
  'year',
  'target',
  'gap',
  'status',
  'basis',
  'reason',
] as const;

export type ColumnKey = (typeof columnKeys)[number];
