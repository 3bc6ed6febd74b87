import { describe, expect, it } from 'vitest';
import type { Policy, PolicyRole } from '../../api/types';
import { translate } from '../../i18n';
import { namesOf, rolesWith, rowLines } from './words';

const t = (key: Parameters<typeof translate>[1]) => translate('en', key);
const loc = (text: { zh: string; en: string }) => text.en;
const named = (id: string, en: string) => ({ id, name: { zh: id, en } });
const role = (rows: Partial<PolicyRole['rows']>): PolicyRole => ({
  ...named('nurse', 'Nurse'),
  account: true,
  purpose: 'care',
  purposes: ['care'],
  permissions: [],
  rows: { reach: 'none', all: false, area: false, own: false, relations: [], ownRows: false, ...rows },
  kinds: [],
  fields: {},
  compartments: [],
  smallCounts: false,
  needsApproval: false,
  breakGlass: false,
});
const policy = { relations: [{ ...named('contract', 'Contract'), table: 'episode', by: 'practitioner', days: null }] } as unknown as Policy;

describe('rowLines', () => {
  it('says each reason for which a person is seen, unknown ones by id', () => {
    expect(rowLines(role({ area: true, relations: ['contract', 'neighbour'] }), policy, t, loc)).toEqual([
      translate('en', 'reach.area'),
      'Contract',
      'neighbour',
    ]);
  });
  it('says that nobody is reached', () => {
    expect(rowLines(role({}), undefined, t, loc)).toEqual([translate('en', 'reach.none')]);
  });
});

describe('namesOf, rolesWith', () => {
  it('keeps the order of the content and unknown ids at the end', () => {
    expect(namesOf(['b', 'x', 'a'], [named('a', 'A'), named('b', 'B')], loc)).toEqual(['A', 'B', 'x']);
    expect(namesOf(['b'], undefined, loc)).toEqual(['b']);
  });
  it('finds roles by name or id, without regard to case', () => {
    const roles = [role({}), { ...role({}), ...named('auditor', 'Auditor') }];
    expect(rolesWith(roles, 'NUR', loc).map(({ id }) => id)).toEqual(['nurse']);
    expect(rolesWith(roles, '', loc)).toHaveLength(2);
  });
});
