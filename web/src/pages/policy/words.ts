import type { Localized, Policy, PolicyRole } from '../../api/types';
import type { Texts } from '../../i18n';

/** Whom a role reaches, in words: one line each, the widest first; never empty. */
export function rowLines(role: PolicyRole, policy: Policy | undefined, t: Texts['t'], loc: (text: Localized) => string): string[] {
  const { rows } = role;
  const lines: string[] = [];
  if (rows.all) lines.push(t('reach.all'));
  if (rows.area) lines.push(t('reach.area'));
  for (const id of rows.relations) {
    const relation = policy?.relations.find((one) => one.id === id);
    lines.push(relation ? loc(relation.name) : id);
  }
  if (rows.own) lines.push(t('reach.own'));
  if (rows.ownRows) lines.push(t('reach.ownRows'));
  return lines.length > 0 ? lines : [t('reach.none')];
}

/** Names for ids, in the order of the content; an id that it does not know stays. */
export function namesOf(ids: readonly string[], of: readonly { id: string; name: Localized }[] | undefined, loc: (text: Localized) => string): string[] {
  if (!of) return [...ids];
  const known = of.filter(({ id }) => ids.includes(id)).map(({ name }) => loc(name));
  return [...known, ...ids.filter((id) => !of.some((one) => one.id === id))];
}

/** Rows of a table of roles: those with the text in their name or id. */
export function rolesWith(roles: readonly PolicyRole[], text: string, loc: (text: Localized) => string): PolicyRole[] {
  const wanted = text.trim().toLowerCase();
  return roles.filter(({ id, name }) => id.includes(wanted) || loc(name).toLowerCase().includes(wanted));
}
