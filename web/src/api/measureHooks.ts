import { useGet, useOne, type Query } from './hooks';
import type { Breakdown, MeasureCells, MeasureDetail, MeasureList, MeasureResidents } from './measures';
import { withQuery } from './client';

const path = (id: string) => `/api/measures/${encodeURIComponent(id)}`;

export const useMeasures = (query: Query, enabled = true) => useGet<MeasureList>('/api/measures', query, { enabled });

export const useMeasure = (id: string, query: Query) =>
  useOne<MeasureDetail>(id === '' ? null : withQuery(path(id), query));

export const useMeasureCells = (id: string, by: Breakdown, query: Query) =>
  useOne<MeasureCells>(id === '' ? null : withQuery(`${path(id)}/cells`, { ...query, by }));

export const useMeasureResidents = (id: string, query: Query) =>
  useGet<MeasureResidents>(`${path(id)}/residents`, query);

/** Address of the cells as CSV, with headings in the reader's language. */
export const measureCsv = (id: string, by: Breakdown, lang: string, query: Query) =>
  withQuery(`${path(id)}.csv`, { ...query, by, lang });
