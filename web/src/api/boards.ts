/** Tiles of boards, which may be arranged in the page. */
import { post, withQuery } from './client';
import { useGet } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type BoardTile = Schemas['BoardTile'];
export type BoardTiles = Schemas['BoardTiles'];
export const charts = ['card', 'trend', 'ranking', 'map'] as const;

const path = (board: string) => `/api/boards/${encodeURIComponent(board)}/tiles`;
export const useBoardTiles = (board: string) => useGet<BoardTiles>(path(board));
export const boardYaml = (board: string, version: number) => withQuery(`/api/boards/${encodeURIComponent(board)}/board.yaml`, { version: version || '' });
export const saveTiles = (board: string, body: { seen: number; act: 'save' | 'restore' | 'reset'; tiles?: readonly BoardTile[]; version?: number; note?: string }) =>
  post<BoardTiles>(path(board), body);

/** Bounds of board-1. */
const widths = { least: 2, most: 12 };
const heights = { least: 1, most: 4 };
const within = (value: number, { least, most }: { least: number; most: number }) => Math.min(most, Math.max(least, value));

export const resized = (tile: BoardTile, wider: number, higher: number): BoardTile => ({
  ...tile,
  width: within(tile.width + wider, widths),
  height: within(tile.height + higher, heights),
});

/** The list with one tile a place further on (1) or back (-1). */
export function moved(tiles: readonly BoardTile[], id: string, by: number): BoardTile[] {
  const at = tiles.findIndex((tile) => tile.id === id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= tiles.length) return [...tiles];
  const list = [...tiles];
  const [tile] = list.splice(at, 1);
  list.splice(to, 0, tile as BoardTile);
  return list;
}

/** Rows of a grid of 12 columns that tiles take when they are placed one behind the other, as the page lays them out. */
export function rowsOf(tiles: readonly Pick<BoardTile, 'width' | 'height'>[]): number {
  const taken: boolean[][] = [];
  const free = (row: number, column: number, { width, height }: Pick<BoardTile, 'width' | 'height'>) => {
    for (let y = row; y < row + height; y += 1) for (let x = column; x < column + width; x += 1) if (taken[y]?.[x]) return false;
    return true;
  };
  let [row, column] = [0, 0];
  for (const tile of tiles) {
    while (column + tile.width > widths.most || !free(row, column, tile)) {
      column += 1;
      if (column + tile.width > widths.most) [row, column] = [row + 1, 0];
    }
    for (let y = row; y < row + tile.height; y += 1) for (let x = column; x < column + tile.width; x += 1) (taken[y] ??= [])[x] = true;
    column += tile.width;
  }
  return taken.length;
}

/** A new tile with an id that no other has. */
export function newTile(tiles: readonly BoardTile[], measure: string, chart: BoardTile['chart'], area: string, period: string): BoardTile {
  let n = 1;
  while (tiles.some(({ id }) => id === `${measure}-${n}`)) n += 1;
  const large = chart === 'map' || chart === 'ranking';
  return { id: `${measure}-${n}`, measure, chart, area, period, width: chart === 'card' ? 3 : 6, height: large ? 3 : chart === 'trend' ? 2 : 1 };
}
