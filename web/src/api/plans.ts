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

/** Nothing is asked for an empty id. */
const measure = (id: string, part: string, query: Query) =>
  id === '' ? null : withQuery(`/api/measures/${encodeURIComponent(id)}/${part}`, query);

export const useMeasureCompare = (id: string, query: Query) => useOne<MeasureCompare>(measure(id, 'compare', query));
export const useMeasureOutlook = (id: string, query: Query) => useOne<MeasureOutlook>(measure(id, 'outlook', query));
export const useMeasureGap = (id: string, query: Query) => useOne<MeasureGap>(measure(id, 'gap', query));

/** Only people among people, or events among people, can be compared in a funnel and closed by people. */
export const isCounted = (method: string) => method === 'proportion' || method === 'rate';
export const usePlanAssessment = (plan: string, query: Query) =>
  useOne<PlanAssessment>(plan === '' ? null : withQuery(`/api/plans/${encodeURIComponent(plan)}/assessment`, query));
export const usePlanCheck = (query: Query) => useOne<PlanCheck>(withQuery('/api/plan-check', query));
export const useReports = () => useOne<Schemas['ReportList']>('/api/reports');
/** Address of a filled report. */
export const reportAddress = (id: string, query: Query) => withQuery(`/api/reports/${encodeURIComponent(id)}`, query);
