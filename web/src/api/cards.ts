/** Cards of notifiable diseases as the hub gives them: names for the schemas of the API description, and the hooks. */
import { upload, withQuery } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type DiseaseCard = Schemas['Card'];
export type CardDetail = Schemas['CardDetail'];
export type CardList = Schemas['CardList'];
export type CardLife = Schemas['CardAct'];
export type CardForm = Schemas['CardForm'];
export type CardField = CardForm['fields'][number];
export type CardGroups = Schemas['CardGroups'];
export type CardVisits = Schemas['CardVisits'];
export type CardVisit = CardVisits['items'][number];
export type CardPrefill = Schemas['CardPrefill'];
export type CardImport = Schemas['CardImport'];
export type CardQuality = Schemas['CardQuality'];
export type CardTable = Schemas['CardTable'];
export type CardRow = CardTable['rows'][number];
export type CardReconciliation = Schemas['CardReconciliation'];

export const useCards = (query: Query) => useGet<CardList>('/api/cards', query);
export const useCard = (id: string) => useOne<CardDetail>(id === '' ? null : `/api/cards/${encodeURIComponent(id)}`);
export const useCardForm = () => useGet<CardForm>('/api/cards/form');
export const useCardGroups = (query: Query) => useGet<CardGroups>('/api/cards/duplicates', query);
export const useCardVisits = (query: Query) => useGet<CardVisits>('/api/cards/visits', query);
export const useCardPrefill = (visit: CardVisit | null) =>
  useOne<CardPrefill>(visit?.resident ? withQuery('/api/cards/prefill', { resident: visit.resident.id, visit: visit.visit }) : null);
export const useCardQuality = (query: Query) => useGet<CardQuality>('/api/cards/quality', query);
export const useCardTable = (query: Query) => useGet<CardTable>('/api/cards/table', query);

/** Sends an export as it is. */
export const sendExport = <T>(path: string, file: File): Promise<T> => upload<T>(path, file, () => undefined).done;
