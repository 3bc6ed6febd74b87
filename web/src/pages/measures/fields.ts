import type { Measure } from '../../api/measures';
import type { Key } from '../../i18n';

/** Fields in the order in which a bureau reads them; content may use these only. */
const fields = ['population', 'mortality', 'maternal-child', 'chronic', 'services', 'immunisation', 'infectious'] as const;
type Field = (typeof fields)[number];

const keys: Record<Field, Key> = {
  population: 'field.population',
  mortality: 'field.mortality',
  'maternal-child': 'field.maternalChild',
  chronic: 'field.chronic',
  services: 'field.services',
  immunisation: 'field.immunisation',
  infectious: 'field.infectious',
};

export function fieldKey(field: string): Key {
  return keys[field as Field] ?? 'field.other';
}

/** Fields that occur, in reading order, others last. */
export function fieldsOf(items: readonly Pick<Measure, 'field'>[]): string[] {
  const place = (field: string) => {
    const at = fields.indexOf(field as Field);
    return at < 0 ? fields.length : at;
  };
  return [...new Set(items.map(({ field }) => field))].sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}
