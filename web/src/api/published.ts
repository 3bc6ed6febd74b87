/** Published figures: all that a wall and its visitors are shown. */
import { withQuery } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type PublishedList = Schemas['PublishedList'];
export type PublishedCells = Schemas['PublishedCells'];
export type WallBoard = Schemas['WallBoard'];

const every = 60_000; // milliseconds; publishing is no commit that the live line tells of

export const usePublished = (query: Query) => useGet<PublishedList>('/api/published', query, { every });
export const useWall = (board: string, query: Query) => useGet<WallBoard>(`/api/boards/${encodeURIComponent(board)}/wall`, query, { every });
export const usePublishedCells = (id: string, query: Query) =>
  useOne<PublishedCells>(id === '' ? null : withQuery(`/api/published/${encodeURIComponent(id)}/cells`, query), every);
