/** What stands in the address. Area and period hold on every page; all else belongs to one page. */

export const heldNames = ['area', 'period'] as const;

export type Changes = Record<string, string | number | null | undefined>;

/** A copy with the changes made; an empty value removes the name. Held names come first. */
export function changed(search: URLSearchParams, changes: Changes): URLSearchParams {
  const values = new Map(search.entries());
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') values.delete(name);
    else values.set(name, String(value));
  }
  const next = new URLSearchParams();
  for (const name of heldNames) {
    const value = values.get(name);
    if (value !== undefined) next.set(name, value);
    values.delete(name);
  }
  for (const name of [...values.keys()].sort()) next.set(name, values.get(name) as string);
  return next;
}

/** The address of another page that keeps area and period: “/indicators?area=770101&status=missed”. */
export function linkTo(path: string, search: URLSearchParams, own: Changes = {}): string {
  const [pathname, query = ''] = path.split('?') as [string, string?];
  const held: Changes = {};
  for (const name of heldNames) held[name] = search.get(name);
  const next = changed(changed(new URLSearchParams(query), held), own).toString();
  return next ? `${pathname}?${next}` : pathname;
}

/** A whole number from 1 to `most`, else `otherwise`: hand-typed addresses must not break a page. */
export function readCount(text: string | null, otherwise: number, most = 1_000_000): number {
  const count = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return count >= 1 && count <= most ? count : otherwise;
}

export function readChoice<T extends string>(text: string | null, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === text) ?? otherwise;
}
