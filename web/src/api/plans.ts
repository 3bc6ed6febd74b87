/** Targets of computed indicators, plans held against figures, the check of plans. */
import { useOne, type Query } from './hooks';
import type { components } from './openapi';
import { withQuery } from './client';

type Schemas = components['schemas'];

export type MeasureCompare = Schemas['MeasureCompare'];
export type ComparedArea = Schemas['ComparedArea'];
export type FunnelLimit = Schemas['FunnelLimit'];
export type MeasureOutlook = Schemas['MeasureOutlook'];
export type OutlookYear = Schemas['OutlookYear'];
export type MeasureGap = Schemas['MeasureGap'];
export type PlanAssessment = Schemas['PlanAssessment'];
export type AssessedRow = Schemas['AssessedRow'];
export type PlanCheck = Schemas['PlanCheck'];

const measure = (id: string, part: string) => `/api/measures/${encodeURIComponent(id)}/${part}`;

export const useMeasureCompare = (id: string, query: Query) => useOne<MeasureCompare>(withQuery(measure(id, 'compare'), query));
export const useMeasureOutlook = (id: string, query: Query) => useOne<MeasureOutlook>(withQuery(measure(id, 'outlook'), query));
export const useMeasureGap = (id: string, query: Query) => useOne<MeasureGap>(withQuery(measure(id, 'gap'), query));
export const usePlanAssessment = (plan: string, query: Query) =>
  useOne<PlanAssessment>(plan === '' ? null : withQuery(`/api/plans/${encodeURIComponent(plan)}/assessment`, query));
export const usePlanCheck = (query: Query) => useOne<PlanCheck>(withQuery('/api/plan-check', query));
export const useReports = () => useOne<Schemas['ReportList']>('/api/reports');
/** Address of a filled report. */
export const reportAddress = (id: string, query: Query) => withQuery(`/api/reports/${encodeURIComponent(id)}`, query);
