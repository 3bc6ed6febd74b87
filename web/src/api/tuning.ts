/** The tuning bench as the hub gives it. */
import { useGet, useOne } from './hooks';
import { withQuery } from './client';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type Tuning = Schemas['Tuning'];
export type TuningRun = Schemas['TuningRun'];
export type TuningPoint = Schemas['TuningPoint'];
export type TuningRows = Schemas['TuningRows'];

export const useTuning = (running: boolean) => useGet<Tuning>('/api/tuning', {}, { every: running ? 2_000 : undefined });
export const useTuningRows = (id: string, by: string) => useOne<TuningRows>(id === '' ? null : withQuery(`/api/tuning/${encodeURIComponent(id)}`, { by }));
