/** What is wrong with a form as far as the page can say; the hub checks all of it again. */
import type { Localized } from '../../api/types';
import type { FormDefinition, FormItem } from './definition';
import { allItems } from './definition';
import type { Attachment, HubIssue, Quantity, Value } from './fhir';
import { isFilled, order, places, type Fill, type Place } from './model';

export type Rule = 'required' | 'atLeast' | 'atMost' | 'long' | 'short' | 'pattern' | 'few' | 'many' | 'size' | 'unit' | 'whole' | 'day' | 'said';

export interface Issue {
  path: string;
  rule: Rule;
  severity: 'error' | 'warning';
  /** what stands in the sentence: a limit, a unit */
  limit?: string;
  /** said: the words of the hub or of a constraint */
  text?: Localized;
}

const filledRows = ({ item, rows }: Place): number =>
  rows.filter((row) => (item.type === 'group' ? isFilled(row, item.items, item) : row.value !== undefined)).length;

const characters = (text: string) => [...text].length;

function limitText(value: Value): string {
  return typeof value === 'object' ? String((value as Quantity).value ?? '') : String(value);
}

/** Whole texts only, as the hub matches; an expression that this browser cannot read is left to the hub. */
function matches(regex: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${regex})$`, 'u').test(text);
  } catch {
    return true;
  }
}

/** A day of the calendar, or a year or month of one, as FHIR allows. */
function isDay(value: Value): boolean {
  const text = String(value);
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(text)) return false;
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function valueIssues(item: FormItem, value: Value): Omit<Issue, 'path' | 'severity'>[] {
  const found: Omit<Issue, 'path' | 'severity'>[] = [];
  if (typeof value === 'string') {
    if (item.maxLength !== undefined && characters(value) > item.maxLength) found.push({ rule: 'long', limit: String(item.maxLength) });
    if (item.minLength !== undefined && characters(value) < item.minLength) found.push({ rule: 'short', limit: String(item.minLength) });
    if (item.regex && !matches(item.regex, value)) found.push({ rule: 'pattern' });
  }
  if (item.type === 'date' && !isDay(value)) found.push({ rule: 'day' });
  if (item.type === 'integer' && typeof value === 'number' && !Number.isInteger(value)) found.push({ rule: 'whole' });
  if (item.minValue !== undefined && (order(value, item.minValue) ?? 0) < 0) found.push({ rule: 'atLeast', limit: limitText(item.minValue) });
  if (item.maxValue !== undefined && (order(value, item.maxValue) ?? 0) > 0) found.push({ rule: 'atMost', limit: limitText(item.maxValue) });
  if (item.type === 'quantity' && item.units.length > 0 && !item.units.some(({ code }) => code === (value as Quantity).code)) found.push({ rule: 'unit' });
  if (item.type === 'attachment' && item.maxSize !== undefined && ((value as Attachment).size ?? 0) > item.maxSize) {
    found.push({ rule: 'size', limit: String(item.maxSize / 1_000_000) });
  }
  return found;
}

function occurrenceIssues(place: Place): Omit<Issue, 'path' | 'severity'>[] {
  const { item } = place;
  const count = filledRows(place);
  if (item.calculated || item.type === 'display') return [];
  if (count === 0 && item.required) return [{ rule: 'required' }];
  if (item.minOccurs !== undefined && count > 0 && count < item.minOccurs) return [{ rule: 'few', limit: String(item.minOccurs) }];
  if (item.maxOccurs !== undefined && count > item.maxOccurs) return [{ rule: 'many', limit: String(item.maxOccurs) }];
  return [];
}

/** Everything but expressions, in the order of the form. */
export function findIssues(form: FormDefinition, fill: Fill, disabled?: ReadonlySet<string>): Issue[] {
  return places(form, fill, disabled).flatMap((place) => {
    const values = place.item.type === 'group' ? [] : place.rows.flatMap(({ value }) => (value === undefined ? [] : [value]));
    const found = [...occurrenceIssues(place), ...values.flatMap((value) => valueIssues(place.item, value))];
    return found.map((one): Issue => ({ ...one, path: place.path, severity: 'error' }));
  });
}

/** Rules of the hub that the page words itself: they are found here too, with their limits. */
const foundHere: ReadonlySet<string> = new Set(['required', 'length', 'range', 'pattern', 'occurs', 'unit']);

/** The hub's issues at the places of this form; those that stand nowhere in it get the path "". */
export function hubIssues(form: FormDefinition, issues: readonly HubIssue[], paths: ReadonlyMap<string, string>, own: readonly Issue[]): Issue[] {
  const constraints = [...form.constraints, ...allItems(form.items).flatMap((item) => item.constraints)];
  return issues.flatMap((issue): Issue[] => {
    const path = paths.get(issue.path ?? '') ?? paths.get(issue.linkId ?? '') ?? '';
    if (foundHere.has(issue.rule ?? '') && own.some((one) => one.path === path)) return [];
    const said = issue.message ?? '';
    const words = typeof said === 'string' ? said : said.zh;
    const known = constraints.find(({ human }) => human === words);
    const text = known?.text ?? (typeof said === 'string' ? { zh: said, en: said } : said);
    return [{ path, rule: 'said', severity: issue.severity === 'error' || issue.severity === undefined ? 'error' : 'warning', text }];
  });
}
