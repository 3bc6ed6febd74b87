/** Reports and chapters of the yearbook on their way through the offices. */
import { post, withQuery } from './client';
import type { Instance, Move, Task } from './flows';
import { useGet, useOne } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type ChapterLine = Schemas['ChapterLine'];
export type ChapterEntry = Schemas['ChapterEntry'];
export type ChapterFigure = Schemas['ChapterFigure'];
export type ChapterCompare = Schemas['ChapterCompare'];
export type Chapter = Omit<Schemas['Chapter'], 'flow'> & { flow: Instance };

const path = (id: string | number, part = '') => `/api/chapters/${encodeURIComponent(String(id))}${part}`;

export const useChapters = () => useGet<Schemas['ChapterList']>('/api/chapters');
export const useChapter = (id: string, version: string) => useOne<Chapter>(id === '' ? null : withQuery(path(id), { version }));
export const useChapterCompare = (id: number, version: number, from: number | undefined) =>
  useOne<ChapterCompare>(withQuery(path(id, '/compare'), { version, from }));
export const documentAddress = (id: number, version: number, format: string) => withQuery(path(id, '/document'), { version, format });

export const makeChapter = (body: { report: string; year: number; area: string; organ?: string; number?: string }) => post<Chapter>('/api/chapters', body);
export interface EntryEdit {
  entry: string;
  act: 'change' | 'add' | 'remove';
  heading?: string;
  text?: string;
  reasons?: Record<string, string>;
  note?: string;
}
export const editChapter = (id: number, seen: number, edit: EntryEdit) => post<Chapter>(path(id, '/versions'), { seen, ...edit });
export const passChapter = (chapter: Chapter, task: Task, move: Move, reason: string, key: string) =>
  post<Chapter | { gone: true }>(path(chapter.id, '/acts'), {
    version: chapter.version,
    token: task.token,
    seen: task.seen,
    move: move.id,
    key,
    ...(reason.trim() ? { reason: reason.trim() } : {}),
  });

export interface TextPart {
  text: string;
  /** number of a figure; 0: plain text */
  figure: number;
}

/** A text with «3|69.75%» taken apart; what is no whole mark stays text. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const found of text.matchAll(/«(\d+)\|([^«»]+)»/g)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), figure: 0 });
    parts.push({ text: found[2] ?? '', figure: Number(found[1]) });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), figure: 0 });
  return parts;
}

/** Figures that the text prints otherwise than generated, or not at all (printed ''). */
export function changedFigures(text: string, figures: readonly ChapterFigure[]): { figure: ChapterFigure; printed: string }[] {
  const parts = partsOf(text);
  return figures.flatMap((figure) => {
    const shown = parts.filter((part) => part.figure === figure.number);
    if (shown.length === 0) return [{ figure, printed: '' }];
    const other = shown.find((part) => part.text !== figure.generated);
    return other ? [{ figure, printed: other.text }] : [];
  });
}
