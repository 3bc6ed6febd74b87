import type { Account, Area, Localized, Rights } from '../../api/types';
import { noValue } from '../../format/format';
import type { Texts } from '../../i18n';

/** What the form holds: one area set, or everything. */
export interface RightsDraft {
  roles: string[];
  everywhere: boolean;
  areas: string[];
  organizations: string[];
}

export const noRights: RightsDraft = { roles: [], everywhere: false, areas: [], organizations: [] };

export function draftOf(account: Account): RightsDraft {
  const everywhere = account.areas.includes('*');
  return {
    roles: account.roles.map(({ id }) => id),
    everywhere,
    areas: everywhere ? [] : account.areas,
    organizations: account.organizations,
  };
}

/** As the hub takes it; an area inside another chosen one adds nothing and is left out. */
export function rightsOf(draft: RightsDraft): Required<Rights> {
  const areas = draft.areas.filter((area) => !draft.areas.some((other) => other !== area && area.startsWith(other)));
  return { roles: draft.roles, areas: draft.everywhere ? ['*'] : areas, organizations: draft.organizations };
}

export function isSame(one: RightsDraft, other: RightsDraft): boolean {
  const text = (draft: RightsDraft) => {
    const { roles, areas, organizations } = rightsOf(draft);
    return JSON.stringify([[...roles].sort(), [...areas].sort(), [...organizations].sort()]);
  };
  return text(one) === text(other);
}

/** “青梧街道 · 鹤汀街道”; a code that nobody knows stays a code. */
export function areaNames(
  codes: readonly string[],
  areas: readonly Area[],
  t: Texts['t'],
  loc: (text: Localized) => string,
): string {
  if (codes.includes('*')) return t('shell.allAreas');
  const names = codes.map((code) => {
    const known = areas.find((area) => area.code === code);
    return known ? loc(known.name) : code;
  });
  return names.join(' · ') || noValue;
}

/** What is wrong with a name before the hub is asked; the same rule as there. */
export function isAccountName(name: string): boolean {
  return /^[a-z0-9._-]{2,40}$/.test(name);
}
