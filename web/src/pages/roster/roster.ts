/** The on-call roster as a table of days and shifts: plain functions over its entries. */
import type { Duty } from '../../api/flows';

export const views = ['week', 'month'] as const;
export type View = (typeof views)[number];

export interface Cell {
  day: string;
  /** id of a shift; empty: the whole day */
  shift: string;
}

const dayMs = 86_400_000;
const dayAfter = (day: string, by: number) => new Date(Date.parse(`${day}T00:00:00Z`) + by * dayMs).toISOString().slice(0, 10);

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && dayAfter(text, 0) === text;

/** The days of the week (from Monday) or of the month that a day lies in. */
export function daysOf(view: View, day: string): string[] {
  if (view === 'week') {
    const monday = dayAfter(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
    return Array.from({ length: 7 }, (_, index) => dayAfter(monday, index));
  }
  const first = `${day.slice(0, 7)}-01`;
  const days: string[] = [];
  for (let one = first; one.slice(0, 7) === day.slice(0, 7); one = dayAfter(one, 1)) days.push(one);
  return days;
}

/** A day in the week or month before or after. */
export function step(view: View, day: string, by: 1 | -1): string {
  if (view === 'week') return dayAfter(day, 7 * by);
  const days = daysOf('month', day);
  return dayAfter(by < 0 ? (days[0] as string) : (days.at(-1) as string), by);
}

const shiftOf = ({ shift }: Duty) => shift ?? '';
const isIn = (duty: Duty, role: string, cell: Cell) => duty.role === role && duty.day === cell.day && shiftOf(duty) === cell.shift;

/** Who stands in a cell for an area, and for areas that hold it or lie in it. */
export const inCell = (duties: readonly Duty[], role: string, area: string, cell: Cell): Duty[] =>
  duties.filter((duty) => isIn(duty, role, cell) && (duty.area.startsWith(area) || area.startsWith(duty.area)));

/** The roster with these people in a cell, for exactly this area. */
export function setCell(duties: readonly Duty[], role: string, area: string, cell: Cell, users: readonly string[]): Duty[] {
  const others = duties.filter((duty) => !(isIn(duty, role, cell) && duty.area === area));
  return [...others, ...users.map((user) => ({ ...cell, role, area, user }))];
}

/** Two cells exchange their people. */
export function swapCells(duties: readonly Duty[], role: string, area: string, one: Cell, other: Cell): Duty[] {
  const users = (cell: Cell) => duties.filter((duty) => isIn(duty, role, cell) && duty.area === area).map(({ user }) => user);
  return setCell(setCell(duties, role, area, one, users(other)), role, area, other, users(one));
}

/** Where an arrow key leads from a place in the table; null: it is no such key. */
export function moved(key: string, row: number, column: number, rows: number, columns: number): { row: number; column: number } | null {
  const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  if (!by) return null;
  const within = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));
  return { row: within(row + (by[0] as number), rows), column: within(column + (by[1] as number), columns) };
}
