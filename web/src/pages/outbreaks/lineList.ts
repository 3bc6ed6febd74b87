/** Figures of a line list: plain functions over its rows. */
import { allItems, type FormDefinition, type FormItem } from '../../components/form/definition';
import type { Coding, Value } from '../../components/form/fhir';
import type { Fill, Row } from '../../components/form/model';

export interface Case {
  no: string;
  name: string;
  sex: string;
  age: number | null;
  onset: string;
  kind: string;
  source: string;
  test: string;
  outcome: string;
}

/** Classes of cases in the order in which they are drawn; what is excluded is no case. */
export const kinds = ['confirmed', 'probable', 'suspected', 'carrier'] as const;
const excluded = 'excluded';

const textOf = (value: Value | undefined): string =>
  value === undefined ? '' : typeof value === 'object' ? ((value as Coding).code ?? '') : String(value);

export function caseOf(row: Row): Case {
  const first = (id: string) => row.fill[id]?.[0]?.value;
  const text = (id: string) => textOf(first(id)).trim();
  const age = first('age');
  return {
    no: text('no'), name: text('name'), sex: text('sex'), age: typeof age === 'number' ? age : null, onset: text('onset').slice(0, 10),
    kind: text('class'), source: text('source'), test: text('test'), outcome: text('outcome'),
  };
}

export const groupOf = (form: FormDefinition): FormItem | undefined => allItems(form.items).find(({ id, type }) => id === 'case' && type === 'group');

export function casesOf(fill: Fill): Case[] {
  return (fill.case ?? []).map(caseOf).filter(({ no, name, onset, kind }) => no !== '' || name !== '' || onset !== '' || kind !== '');
}

export const counted = (cases: readonly Case[]): Case[] => cases.filter(({ kind }) => kind !== excluded);

const dayMs = 86_400_000;
/** A day of the calendar: “2026-02-30” is none. */
const isDay = (text: string) => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(text) : new Date(Number.NaN);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
};
const mostDays = 400; // a mistyped year must not draw ten thousand bars

export interface Curve {
  days: string[];
  /** by kind, one count per day */
  series: { kind: string; counts: number[] }[];
  /** cases without a day of onset, or far from all others */
  left: number;
}

/** Cases by day of onset, every day from the first to the last. */
export function curveOf(cases: readonly Case[]): Curve {
  const known = counted(cases).filter(({ onset }) => isDay(onset));
  const all = known.map(({ onset }) => Date.parse(onset)).sort((one, other) => one - other);
  const last = all.at(-1);
  if (last === undefined) return { days: [], series: [], left: counted(cases).length };
  const first = all.find((at) => last - at < mostDays * dayMs) as number;
  const days = Array.from({ length: Math.round((last - first) / dayMs) + 1 }, (_, index) => new Date(first + index * dayMs).toISOString().slice(0, 10));
  const shown = known.filter(({ onset }) => Date.parse(onset) >= first);
  const series = kinds
    .map((kind) => ({ kind: kind as string, counts: days.map((day) => shown.filter((one) => one.onset === day && one.kind === kind).length) }))
    .filter(({ counts }) => counts.some((count) => count > 0));
  const classless = days.map((day) => shown.filter((one) => one.onset === day && !kinds.some((kind) => kind === one.kind)).length);
  if (classless.some((count) => count > 0)) series.push({ kind: '', counts: classless });
  return { days, series, left: counted(cases).length - shown.length };
}

export interface ChainNode {
  no: string;
  name: string;
  kind: string;
  onset: string;
  /** 0: nobody known before; a circle of sources has none */
  generation: number;
  /** how many it infected, as far as known */
  infected: number;
  /** place from the top within its generation */
  lane: number;
}

export interface Chain {
  nodes: ChainNode[];
  edges: { from: string; to: string }[];
  /** sources that are no case of the list */
  unknown: string[];
}

/** Who infected whom: only cases that are linked to another one. */
export function chainOf(cases: readonly Case[]): Chain {
  const byNo = new Map(counted(cases).filter(({ no }) => no !== '').map((one) => [one.no, one]));
  const links = [...byNo.values()].filter(({ source, no }) => source !== '' && source !== no);
  const edges = links.filter(({ source }) => byNo.has(source)).map(({ no, source }) => ({ from: source, to: no }));
  const sourceOf = new Map(edges.map(({ from, to }) => [to, from]));
  const linked = [...byNo.values()].filter(({ no }) => edges.some(({ from, to }) => from === no || to === no));
  const generationOf = (no: string): number => {
    const seen = new Set([no]);
    let steps = 0;
    for (let at = sourceOf.get(no); at !== undefined; at = sourceOf.get(at), steps += 1) {
      if (seen.has(at)) return 0;
      seen.add(at);
    }
    return steps;
  };
  const lanes = new Map<number, number>();
  const nodes = linked
    .map((one) => ({ no: one.no, name: one.name, kind: one.kind, onset: one.onset, generation: generationOf(one.no), infected: edges.filter(({ from }) => from === one.no).length }))
    .sort((one, other) => one.generation - other.generation || (one.onset < other.onset ? -1 : one.onset > other.onset ? 1 : one.no.localeCompare(other.no, 'en', { numeric: true })))
    .map((node) => {
      const lane = lanes.get(node.generation) ?? 0;
      lanes.set(node.generation, lane + 1);
      return { ...node, lane };
    });
  return { nodes, edges, unknown: [...new Set(links.filter(({ source }) => !byNo.has(source)).map(({ source }) => source))] };
}

export interface Summary {
  cases: number;
  byKind: { kind: string; count: number }[];
  deaths: number;
  male: number;
  female: number;
  /** years; null: no age is known */
  medianAge: number | null;
  first: string;
  last: string;
  positive: number;
  tested: number;
}

export function summaryOf(cases: readonly Case[]): Summary {
  const all = counted(cases);
  const ages = all.flatMap(({ age }) => (age === null ? [] : [age])).sort((one, other) => one - other);
  const middle = ages.length / 2;
  const medianAge = ages.length === 0 ? null : ages.length % 2 === 1 ? (ages[Math.floor(middle)] as number) : ((ages[middle - 1] as number) + (ages[middle] as number)) / 2;
  const onsets = all.map(({ onset }) => onset).filter(isDay).sort();
  const count = (is: (one: Case) => boolean) => all.filter(is).length;
  return {
    cases: all.length,
    byKind: kinds.map((kind) => ({ kind, count: count((one) => one.kind === kind) })),
    deaths: count(({ outcome }) => outcome === 'died'),
    male: count(({ sex }) => sex === 'male'),
    female: count(({ sex }) => sex === 'female'),
    medianAge,
    first: onsets[0] ?? '',
    last: onsets.at(-1) ?? '',
    positive: count(({ test }) => test === 'positive'),
    tested: count(({ test }) => test === 'positive' || test === 'negative'),
  };
}

/** A cell of a spreadsheet as the answer of an item; undefined where it means nothing there. */
export function readCell(item: FormItem, text: string): Value | undefined {
  const plain = text.trim();
  if (plain === '') return undefined;
  if (item.options.length > 0) {
    const wanted = plain.toLowerCase();
    return item.options.find(({ value, text: words }) => [words.zh, words.en, textOf(value)].some((one) => one.toLowerCase() === wanted))?.value;
  }
  if (item.type === 'integer' || item.type === 'decimal') {
    const number = Number(plain);
    return Number.isFinite(number) ? number : undefined;
  }
  if (item.type === 'date') {
    const day = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/.exec(plain);
    const written = day ? `${day[1]}-${day[2]?.padStart(2, '0')}-${day[3]?.padStart(2, '0')}` : '';
    return isDay(written) ? written : undefined;
  }
  return plain;
}

export interface Pasted {
  fill: Fill;
  /** cells that could not be understood: "3 · Age: abc" needs row, item and text */
  refused: { row: number; item: FormItem; text: string }[];
}

/** Cells of a spreadsheet put into the grid from a cell on; rows are added as needed. */
export function paste(fill: Fill, group: FormItem, text: string, atRow: number, atColumn: number): Pasted {
  const rows = [...(fill[group.id] ?? [])];
  const refused: Pasted['refused'] = [];
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  lines.forEach((line, down) => {
    const at = atRow + down;
    while (rows.length <= at) rows.push({ fill: {} });
    const cells: Record<string, readonly Row[]> = { ...(rows[at] as Row).fill };
    line.split('\t').forEach((cell, right) => {
      const item = group.items[atColumn + right];
      if (!item) return;
      const value = readCell(item, cell);
      if (value !== undefined) cells[item.id] = [{ value, fill: {} }];
      else if (cell.trim() === '') delete cells[item.id];
      else refused.push({ row: at, item, text: cell.trim() });
    });
    rows[at] = { fill: cells };
  });
  return { fill: { ...fill, [group.id]: rows }, refused };
}

/** The number of a new row: one more than the highest. */
export function nextNo(fill: Fill): string {
  const numbers = casesOf(fill).map(({ no }) => Number(no)).filter(Number.isFinite);
  return String(Math.max(0, ...numbers) + 1);
}

