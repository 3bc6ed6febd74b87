import type { CardField, CardForm } from '../../api/cards';
import { formatInstant } from '../../format/format';
import type { Texts } from '../../i18n';

export type Values = Record<string, string>;

/** A value in the reader's words. */
export function shownField(field: CardField, value: string, loc: Texts['loc']): string {
  if (field.kind === 'code') {
    const option = field.options.find(({ code }) => code === value);
    return option ? loc(option.name) : value;
  }
  return field.kind === 'time' && value.length > 10 ? formatInstant(value) : value;
}

/** "2025-06-03T09:50:00+08:00" as a field for local times shows it, and back. */
export const localOf = (time: string): string => (time.length > 10 ? time.slice(0, 16) : time === '' ? '' : `${time}T00:00`);
export const timeOf = (local: string): string => (local === '' ? '' : `${local}:00+08:00`);

/** Names of required fields without a value; a child in kindergarten and a pupil need a school. */
export function lacking(form: CardForm, values: Values): string[] {
  const names = form.fields.filter(({ name, required }) => required && !values[name]).map(({ name }) => name);
  const taught = values.populationGroup === 'kindergarten-child' || values.populationGroup === 'pupil';
  return taught && !values.school ? [...names, 'school'] : names;
}

/** What differs from before; what was taken out is empty. */
export function changedFields(before: Values, after: Values): Values {
  const changed: Values = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if ((before[name] ?? '') !== (after[name] ?? '')) changed[name] = after[name] ?? '';
  }
  return changed;
}
