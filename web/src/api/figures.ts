/** Reported figures on their way to the public, and published numbers. */
import { post, upload, withQuery } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type ReportedFigure = Schemas['ReportedFigure'];
export type FigureState = ReportedFigure['state'];
export type FigureList = Schemas['FigureList'];
export type FigureDetail = Schemas['FigureDetail'];
export type FigureConflict = Schemas['FigureConflicts']['items'][number];
export type FigureImport = Schemas['FigureImport'];
export type Vintage = Schemas['Vintage'];
export type FigureAct = Schemas['NewFigureActs']['act'];
export type FigureActResults = Schemas['FigureActResults'];

export const useFigures = (query: Query) => useGet<FigureList>('/api/figures', query);
export const useFigure = (id: string) => useOne<FigureDetail>(id === '' ? null : `/api/figures/${encodeURIComponent(id)}`);
export const useFigureConflicts = () => useGet<Schemas['FigureConflicts']>('/api/figures/conflicts');
export const useVintages = (query: Query) => useGet<Schemas['VintageList']>('/api/vintages', query);

export const actOnFigures = (act: FigureAct, figures: readonly ReportedFigure[], note: string) =>
  post<FigureActResults>('/api/figures/acts', {
    act,
    items: figures.map(({ figure, seen }) => ({ figure, seen })),
    ...(note.trim() ? { note: note.trim() } : {}),
  });
export const decideFigures = (keep: ReportedFigure, why: string) =>
  post<{ kept: number }>('/api/figures/decision', { keep: keep.figure, seen: keep.seen, why });
export const publishComputed = (body: { period: string; area: string; reason?: string }) =>
  post<Schemas['PublishResults']>('/api/vintages', body);

/** Sends a file; with `check` nothing is entered. */
export const importFigures = (file: File, area: string, check: boolean) =>
  upload<FigureImport>(withQuery('/api/figures/import', { name: file.name, area, check: check ? 'true' : '' }), file, () => undefined).done;

export const templateAddress = (query: Query) => withQuery('/api/figures/template', query);

/** What can be done with a figure as it stands, by who may. */
export const actsOf = (state: FigureState, may: (permission: string) => boolean): FigureAct[] => {
  if (state === 'draft') return may('figures:write') ? ['submit'] : [];
  if (!may('figures:review')) return [];
  if (state === 'submitted') return ['approve', 'return'];
  if (state === 'approved') return ['publish', 'return'];
  return [];
};

/** What can be done with all of them at once. */
export const commonActs = (figures: readonly ReportedFigure[], may: (permission: string) => boolean): FigureAct[] =>
  figures.length === 0
    ? []
    : figures.map(({ state }) => actsOf(state, may)).reduce((kept, acts) => kept.filter((act) => acts.includes(act)));

