/** Kept signals as the hub gives them: names for the schemas of the API description, and the hooks. */
import { withQuery } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type Signal = Schemas['Signal'];
export type SignalDetail = Schemas['SignalDetail'];
export type SignalList = Schemas['SignalList'];
export type SignalEvent = Schemas['SignalEvent'];
export type SignalQuality = Schemas['SignalQuality'];
export type SignalShare = Schemas['SignalShare'];
export type SignalWorkload = Schemas['SignalWorkload'];
export type SignalSeries = Schemas['SignalSeries'];
export type SignalCurve = Schemas['SignalCurve'];
export type SignalDay = Schemas['SignalDay'];
export type SignalCompare = Schemas['SignalCompare'];
export type ComparedMethod = SignalCompare['methods'][number];
export type SignalTempo = Schemas['SignalTempo'];
export type SignalCase = Schemas['SignalCase'];
export type SignalLineList = Schemas['SignalLineList'];

const path = (id: string, part = '') => (id === '' ? null : `/api/signals/${encodeURIComponent(id)}${part}`);

export const useSignals = (query: Query) => useGet<SignalList>('/api/signals', query);
export const useSignal = (id: string) => useOne<SignalDetail>(path(id));
export const useSignalSeries = (id: string) => useOne<SignalSeries>(path(id, '/series'));
export const useSignalCompare = (id: string, stream: string) =>
  useOne<SignalCompare>(id === '' ? null : withQuery(path(id, '/compare') as string, { stream }));
export const useSignalTempo = (id: string) => useOne<SignalTempo>(path(id, '/tempo'));
export const useSignalCases = (id: string, query: Query, enabled: boolean) =>
  useGet<SignalLineList>(path(id, '/line-list') as string, query, { enabled });
export const useSignalQuality = (query: Query = {}) => useGet<SignalQuality>('/api/signals/quality', query);
export const useSignalWorkload = () => useGet<SignalWorkload>('/api/signals/workload');
