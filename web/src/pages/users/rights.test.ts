import { describe, expect, it } from 'vitest';
import type { Account } from '../../api/types';
import { translate } from '../../i18n';
import { areaNames, draftOf, isAccountName, isSame, rightsOf } from './rights';

const account: Account = {
  name: 'li.na',
  display: '',
  roles: [{ id: 'nurse', name: { zh: '护士', en: 'Nurse' } }],
  areas: ['770101001', '770101'],
  organizations: ['o1'],
  locked: false,
  mustChange: false,
  secondFactor: false,
  created: '2026-11-22T00:00:00.000Z',
  lastLogin: null,
};

describe('rights', () => {
  it('an area inside another chosen one is left out', () => {
    expect(rightsOf(draftOf(account))).toEqual({ roles: ['nurse'], areas: ['770101'], organizations: ['o1'] });
  });
  it('everywhere stands alone, whatever areas were chosen before', () => {
    expect(rightsOf({ ...draftOf(account), everywhere: true }).areas).toEqual(['*']);
    expect(draftOf({ ...account, areas: ['*'] })).toEqual({ roles: ['nurse'], everywhere: true, areas: [], organizations: ['o1'] });
  });
  it('order does not make a difference, a role does', () => {
    const draft = draftOf(account);
    expect(isSame(draft, { ...draft, areas: ['770101'] })).toBe(true);
    expect(isSame({ ...draft, roles: ['a', 'b'] }, { ...draft, roles: ['b', 'a'] })).toBe(true);
    expect(isSame(draft, { ...draft, roles: ['analyst'] })).toBe(false);
  });
  it('names of areas: known ones by name, others by code, none as a dash', () => {
    const areas = [{ code: '770101', name: { zh: '映川区', en: 'Yingchuan' }, level: 'district' as const, parent: null }];
    const t = (key: Parameters<typeof translate>[1]) => translate('en', key);
    const loc = (text: { zh: string; en: string }) => text.en;
    expect(areaNames(['770101', '33'], areas, t, loc)).toBe('Yingchuan · 33');
    expect(areaNames(['*'], areas, t, loc)).toBe('All areas');
    expect(areaNames([], areas, t, loc)).toBe('–');
  });
  it('names of accounts as the hub takes them', () => {
    expect(['li.na', 'a1', 'x_y-z'].every(isAccountName)).toBe(true);
    expect(['L', 'Li', 'li na', 'a'.repeat(41), 'li:na', ''].some(isAccountName)).toBe(false);
  });
});
