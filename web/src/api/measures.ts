/** Computed indicators as the hub gives them. */
import type { IndicatorStatus, Localized } from './types';

/** A number with its interval; null where there is none, with the reason beside it. */
export interface Measured {
  value: number | null;
  lower: number | null;
  upper: number | null;
}

export interface TrendPoint extends Measured {
  period: string;
}

export interface MeasureTarget {
  text: string;
  level: string;
  year: number;
  /** the number of the target; null when it is a range or a text */
  value?: number | null;
  source?: Localized | null;
}

export interface Measure extends Measured {
  id: string;
  field: string;
  title: Localized;
  unit: Localized;
  decimals: number;
  better: 'higher' | 'lower' | 'none';
  method: string;
  multiplier: number;
  periods: string[];
  numerator: number | null;
  denominator: number | null;
  reason: Localized | null;
  target: MeasureTarget | null;
  status: IndicatorStatus | null;
  gap: number | null;
  previous: number | null;
  trend: TrendPoint[];
}

export interface MeasureList {
  period: string;
  area: string;
  feed: number;
  as_of: string;
  items: Measure[];
}

export interface MeasureDetail extends Measure {
  basis: { population: Localized; area: Localized; year: Localized; date: Localized };
  source: { title: Localized; document: string };
  version: number;
  numerator_name: Localized;
  denominator_name: Localized | null;
  sql: { numerator: string; denominator: string | null };
  targets: MeasureTarget[];
  /** residents can be listed */
  has_list: boolean;
  reported: { plan: Localized | string; no: string; year: number | null; text: string; value: number | null }[];
}

export type Breakdown = 'area' | 'sex' | 'age' | 'period';

export interface MeasureCell extends Measured {
  key: string;
  name: Localized;
  numerator: number | null;
  denominator: number | null;
  status: IndicatorStatus | null;
  reason: Localized | null;
  rank: number | null;
}

export interface MeasureCells {
  by: Breakdown;
  rows: MeasureCell[];
}

/** A resident behind a number; `note` says what is missing or when it was done. */
export interface MeasureResident {
  id: number;
  name: string;
  gender: string;
  birthDate: string | null;
  age: number | null;
  areaName: Localized | null;
  note: string | null;
}

export interface MeasureResidents {
  total: number;
  offset: number;
  limit: number;
  items: MeasureResident[];
}
