/**
 * A form that is being filled in, as plain data and pure functions. Groups and questions alike are rows below a linkId: a row
 * of a group holds items, a row of a question a value (and items below it). Places are paths of linkId and row number.
 */
import type { FormDefinition, FormItem, EnableWhen } from './definition';
import { valueIn } from './definition';
import type { Coding, Quantity, QuestionnaireResponse, ResponseAnswer, ResponseItem, Value } from './fhir';

export interface Row {
  readonly value?: Value;
  readonly fill: Fill;
}
export interface Fill {
  readonly [linkId: string]: readonly Row[];
}
export type Path = readonly (readonly [linkId: string, row: number])[];

export const emptyFill: Fill = {};
const emptyRow: Row = { fill: emptyFill };

/** "drugs[2]/drug_dose" as the hub writes it: first rows without a number. */
export function pathText(path: Path): string {
  return path.map(([id, row]) => (row > 0 ? `${id}[${row + 1}]` : id)).join('/');
}

/** The path of an item, whichever of its answers is meant. */
export function itemPath(parent: Path, item: FormItem): string {
  return pathText([...parent, [item.id, 0]]);
}

export function rowsOf(fill: Fill, item: FormItem): readonly Row[] {
  const rows = fill[item.id] ?? [];
  if (rows.length > 0 || item.type !== 'group') return rows;
  return item.repeats && !item.required ? rows : [emptyRow];
}

/** Where the path leads; an empty place where nothing was entered yet. */
export function fillAt(fill: Fill, path: Path): Fill {
  return path.reduce<Fill>((at, [id, row]) => at[id]?.[row]?.fill ?? emptyFill, fill);
}

function withRows(fill: Fill, parent: Path, id: string, change: (rows: readonly Row[]) => readonly Row[]): Fill {
  const [first, ...rest] = parent;
  if (!first) {
    const rows = change(fill[id] ?? []);
    const { [id]: _gone, ...others } = fill;
    return rows.length > 0 ? { ...others, [id]: rows } : others;
  }
  const [name, at] = first;
  const rows = [...(fill[name] ?? [])];
  while (rows.length <= at) rows.push(emptyRow);
  const row = rows[at] as Row;
  rows[at] = { ...row, fill: withRows(row.fill, rest, id, change) };
  return { ...fill, [name]: rows };
}

/** Answers of a question; the items below an answer that stays are kept. */
export function setValues(fill: Fill, parent: Path, item: FormItem, values: readonly Value[]): Fill {
  return withRows(fill, parent, item.id, (rows) => {
    const only = values.length === 1 ? rows[0] : undefined;
    const kept = (value: Value) => rows.find((row) => row.value !== undefined && same(row.value, value)) ?? only ?? emptyRow;
    return values.map((value) => ({ ...kept(value), value }));
  });
}

/** One of several answers; without a value its line stays, empty. */
export function setValueAt(fill: Fill, parent: Path, item: FormItem, at: number, value: Value | undefined): Fill {
  return withRows(fill, parent, item.id, (rows) => {
    const next = [...rows];
    while (next.length <= at) next.push(emptyRow);
    next[at] = { fill: (next[at] as Row).fill, ...(value === undefined ? {} : { value }) };
    return next;
  });
}

export function addRow(fill: Fill, parent: Path, item: FormItem): Fill {
  return withRows(fill, parent, item.id, (rows) => [...(rows.length === 0 ? rowsOf(emptyFill, item) : rows), emptyRow]);
}

export function removeRow(fill: Fill, parent: Path, item: FormItem, at: number): Fill {
  return withRows(fill, parent, item.id, (rows) => rows.filter((_, index) => index !== at));
}

export function valuesOf(fill: Fill, item: FormItem): Value[] {
  return (fill[item.id] ?? []).flatMap(({ value }) => (value === undefined ? [] : [value]));
}

/** Whether a row holds something that a person entered. */
export function isFilled(row: Row, items: readonly FormItem[], own?: FormItem): boolean {
  if (own?.type !== 'group' && row.value !== undefined && !own?.calculated) return true;
  return items.some((item) => (row.fill[item.id] ?? []).some((inner) => isFilled(inner, item.items, item)));
}

const isObject = (value: Value): value is Coding & Quantity => typeof value === 'object';

/** Equal as answers are: codings by system and code, quantities by value and unit, numbers by value. */
export function same(one: Value, other: Value): boolean {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) < 1e-9;
  if (!isObject(one) || !isObject(other)) return one === other;
  if (one.value !== undefined && other.value !== undefined) return same(one.value, other.value) && (one.code ?? '') === (other.code ?? '');
  if (one.code || other.code) return one.code === other.code && (!one.system || !other.system || one.system === other.system);
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Negative, 0, positive; undefined where the two cannot be compared. */
export function order(one: Value, other: Value): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  if (isObject(one) && typeof one.value === 'number') {
    const limit = isObject(other) ? other.value : other;
    return typeof limit === 'number' ? one.value - limit : undefined;
  }
  return undefined;
}

/** The fills around a place, the innermost first. */
type Scopes = readonly Fill[];

function answersBelow(fill: Fill, id: string): Value[][] {
  const own = fill[id] ? [fill[id].flatMap(({ value }) => (value === undefined ? [] : [value]))] : [];
  const inner = Object.values(fill).flatMap((rows) => rows.flatMap((row) => answersBelow(row.fill, id)));
  return [...own, ...inner];
}

/** A question is looked for beside the item first, then further out. */
function answersTo(scopes: Scopes, question: string): Value[] {
  for (const scope of scopes) {
    const found = answersBelow(scope, question);
    if (found.length > 0) return found.flat();
  }
  return [];
}

function holds({ operator, answer }: EnableWhen, answers: readonly Value[]): boolean {
  if (operator === 'exists') return (answers.length > 0) === answer;
  return answers.some((value) => {
    if (operator === '=') return same(value, answer);
    if (operator === '!=') return !same(value, answer);
    const sign = order(value, answer);
    if (sign === undefined) return false;
    if (operator === '>') return sign > 0;
    if (operator === '<') return sign < 0;
    return operator === '>=' ? sign >= 0 : sign <= 0;
  });
}

/** Whether an item applies. What only the hub can decide applies unless the hub said that it does not. */
export function isEnabled(item: FormItem, scopes: Scopes, path: string, disabled: ReadonlySet<string>): boolean {
  if (item.enableExpression) return !disabled.has(path);
  if (item.enableWhen.length === 0) return true;
  const one = (when: EnableWhen) => holds(when, answersTo(scopes, when.question));
  return item.enableAll ? item.enableWhen.every(one) : item.enableWhen.some(one);
}

export interface Place {
  item: FormItem;
  parent: Path;
  /** of the item, without the number of an answer */
  path: string;
  rows: readonly Row[];
}

/** Every item that applies, in the order of the form; items of groups once for each row. */
export function places(form: FormDefinition, fill: Fill, disabled: ReadonlySet<string> = new Set()): Place[] {
  const found: Place[] = [];
  const walk = (items: readonly FormItem[], at: Fill, parent: Path, scopes: Scopes) => {
    for (const item of items) {
      const path = itemPath(parent, item);
      if (!isEnabled(item, scopes, path, disabled)) continue;
      const rows = rowsOf(at, item);
      found.push({ item, parent, path, rows });
      rows.forEach((row, index) => {
        if (item.type !== 'group' && row.value === undefined) return;
        walk(item.items, row.fill, [...parent, [item.id, index]], [row.fill, ...scopes]);
      });
    }
  };
  walk(form.items, fill, [], [fill]);
  return found;
}

const valueNames: Record<string, string> = {
  boolean: 'valueBoolean', decimal: 'valueDecimal', integer: 'valueInteger', date: 'valueDate', dateTime: 'valueDateTime', time: 'valueTime',
  string: 'valueString', text: 'valueString', url: 'valueUri', choice: 'valueCoding', 'open-choice': 'valueCoding',
  attachment: 'valueAttachment', reference: 'valueReference', quantity: 'valueQuantity',
};

function answerName(item: FormItem, value: Value): string {
  const option = item.options.find((one) => same(one.value, value));
  if (option) return option.name;
  if (item.type === 'open-choice' && typeof value === 'string') return 'valueString';
  return valueNames[item.type] ?? 'valueString';
}

export interface Written {
  response: QuestionnaireResponse;
  /** path in the response → path in the form: rows without answers are left out of the response */
  paths: Map<string, string>;
}

/** The response to send: what applies and is answered, in the order of the form. */
export function writeResponse(
  form: FormDefinition,
  fill: Fill,
  about: { status: string; authored?: string; disabled?: ReadonlySet<string> },
): Written {
  const paths = new Map<string, string>();
  const disabled = about.disabled ?? new Set<string>();
  const walk = (items: readonly FormItem[], at: Fill, parent: Path, sent: Path, scopes: Scopes): ResponseItem[] =>
    items.flatMap((item) => {
      const path = itemPath(parent, item);
      if (item.type === 'display' || !isEnabled(item, scopes, path, disabled)) return [];
      const rows = rowsOf(at, item).map((row, index) => ({ row, index }));
      const filled = rows.filter(({ row }) => (item.type === 'group' ? isFilled(row, item.items, item) : row.value !== undefined));
      paths.set(itemPath(sent, item), path);
      const inner = filled.map(({ row, index }, position) => {
        const own: Path = [...parent, [item.id, index]];
        const ownSent: Path = [...sent, [item.id, position]];
        paths.set(pathText(ownSent), pathText(own));
        return { row, items: walk(item.items, row.fill, own, ownSent, [row.fill, ...scopes]) };
      });
      if (item.type === 'group') return inner.map(({ items: below }): ResponseItem => ({ linkId: item.id, item: below }));
      if (inner.length === 0) return [];
      const answer = inner.map(({ row, items: below }): ResponseAnswer => ({
        [answerName(item, row.value as Value)]: row.value,
        ...(below.length > 0 ? { item: below } : {}),
      }));
      return [{ linkId: item.id, answer }];
    });
  const items = walk(form.items, fill, [], [], [fill]);
  const response: QuestionnaireResponse = {
    resourceType: 'QuestionnaireResponse',
    ...(form.canonical ? { questionnaire: form.canonical } : {}),
    status: about.status,
    ...(about.authored ? { authored: about.authored } : {}),
    ...(items.length > 0 ? { item: items } : {}),
  };
  return { response, paths };
}

/** What a response says, as rows; items that the form does not have are left out. */
export function readResponse(form: FormDefinition, response: QuestionnaireResponse | null | undefined): Fill {
  const read = (items: readonly FormItem[], list: readonly ResponseItem[] = []): Fill => {
    const fill: Record<string, Row[]> = {};
    for (const one of list) {
      const item = items.find(({ id }) => id === one.linkId);
      if (!item) continue;
      const rows = (fill[item.id] ??= []);
      if (item.type === 'group') rows.push({ fill: read(item.items, one.item) });
      for (const answer of one.answer ?? []) {
        const found = valueIn(answer);
        if (found) rows.push({ value: plain(found.value), fill: read(item.items, answer.item) });
      }
    }
    for (const [id, rows] of Object.entries(fill)) if (rows.length === 0) delete fill[id];
    return fill;
  };
  return read(form.items, response?.item);
}

/** A coding without what was only there to be shown. */
function plain(value: Value): Value {
  if (!isObject(value) || !('_display' in value)) return value;
  const { _display, ...coding } = value;
  return coding;
}

/** The fill of a new form: initial values of the definition. */
export function initialFill(items: readonly FormItem[]): Fill {
  const fill: Record<string, Row[]> = {};
  for (const item of items) {
    const inner = initialFill(item.items);
    if (item.initial.length > 0) fill[item.id] = item.initial.map((value, index) => ({ value, fill: index === 0 ? inner : emptyFill }));
    else if (item.type === 'group' && Object.keys(inner).length > 0) fill[item.id] = [{ fill: inner }];
  }
  return fill;
}

/** Calculated items as the hub answered them; everything else stays as it is here, even if changed meanwhile. */
export function takeCalculated(form: FormDefinition, fill: Fill, answered: QuestionnaireResponse): Fill {
  const theirs = readResponse(form, answered);
  const take = (items: readonly FormItem[], own: Fill, hub: Fill): Fill => {
    const next: Record<string, readonly Row[]> = { ...own };
    for (const item of items) {
      if (item.calculated) {
        const rows = hub[item.id] ?? [];
        if (rows.length > 0) next[item.id] = rows;
        else delete next[item.id];
        continue;
      }
      let position = 0;
      const rows = own[item.id] ?? (item.type === 'group' && hub[item.id] ? rowsOf(own, item) : undefined);
      if (!rows || item.items.length === 0) continue;
      next[item.id] = rows.map((row) => {
        const sent = item.type === 'group' ? isFilled(row, item.items, item) : row.value !== undefined;
        const twin = sent ? hub[item.id]?.[position++] : undefined;
        return twin ? { ...row, fill: take(item.items, row.fill, twin.fill) } : row;
      });
    }
    return next;
  };
  return take(form.items, fill, theirs);
}
