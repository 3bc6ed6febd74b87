import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../api/types';
import { auditQuery, checkShare, readWhat, together, whoOf } from './what';

describe('readWhat', () => {
  it('takes a resident apart, with or without the record that was read', () => {
    expect(readWhat('resident 12')).toEqual({ kind: 'resident', rest: '' });
    expect(readWhat('resident 12 Encounter/e1')).toEqual({ kind: 'resident', rest: 'Encounter/e1' });
    expect(readWhat('resident twelve')).toEqual({ kind: 'other', text: 'resident twelve' });
  });
  it('takes a search for residents apart', () => {
    expect(readWhat('residents, 2 words, area 770101')).toEqual({ kind: 'residents', words: 2, area: '770101' });
    expect(readWhat('residents, 0 words, area all')).toEqual({ kind: 'residents', words: 0, area: '' });
  });
  it('takes a search of the audit apart', () => {
    expect(readWhat('audit')).toEqual({ kind: 'audit', filters: [] });
    expect(readWhat('audit, user li.na, resident 12')).toEqual({ kind: 'audit', filters: [['user', 'li.na'], ['resident', '12']] });
  });
  it('takes an account apart and leaves what it does not know', () => {
    expect(readWhat('account li.na roles nurse')).toEqual({ kind: 'account', name: 'li.na', rest: 'roles nurse' });
    expect(readWhat('batch 7')).toEqual({ kind: 'other', text: 'batch 7' });
  });
});

describe('auditQuery', () => {
  it('keeps what the hub can read and drops the rest', () => {
    const address: Record<string, string> = { user: 'li.na', resident: '12', since: '2026-11-01', until: 'soon', action: '', period: '2025' };
    expect(auditQuery((name) => address[name] ?? '')).toEqual({ user: 'li.na', resident: '12', since: '2026-11-01' });
    expect(auditQuery((name) => (name === 'resident' ? '0x1' : ''))).toEqual({});
  });
});

describe('checkShare, whoOf', () => {
  it('never says more than all, and nothing before the size is known', () => {
    expect([checkShare(0, 0), checkShare(1, 3), checkShare(5, 4)]).toEqual([0, 33, 100]);
  });
  it('shows the name of a person with the account beside it', () => {
    expect(whoOf({ user: 'li.na', display: 'Li Na' })).toEqual({ name: 'Li Na', account: 'li.na' });
    expect(whoOf({ user: 'token:his-1', display: null })).toEqual({ name: 'token:his-1', account: '' });
  });
});

describe('together', () => {
  const entry = (id: number, at: string, what = 'resident 1'): AuditEntry => ({
    id, at, what, user: 'li.na', display: null, purpose: 'care', action: 'read', resident: 1, residentName: null, from: '',
  });
  it('joins what says the same within a minute and follows one another', () => {
    const lines = together([
      entry(5, '2026-11-22T08:01:30.000Z'),
      entry(4, '2026-11-22T08:01:00.000Z'),
      entry(3, '2026-11-22T08:00:59.000Z', 'resident 2'),
      entry(2, '2026-11-22T08:00:58.000Z'),
      entry(1, '2026-11-22T07:50:00.000Z'),
    ]);
    expect(lines.map(({ entry: { id }, times }) => [id, times])).toEqual([[5, 2], [3, 1], [2, 1], [1, 1]]);
    expect(together([])).toEqual([]);
  });
});
