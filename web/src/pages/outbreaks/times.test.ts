import { describe, expect, it } from 'vitest';
import type { Flow, LogEntry } from '../../api/flows';
import { lasted, lastOf, spanOf, staysOf, verdictOf } from './times';

const texts = (id: string) => ({ zh: id, en: id });
const state = (id: string, within?: string, owner: string | undefined = 'duty') => ({ id, name: texts(id), final: id === 'closed', owner, clocks: within ? [{ id: 'c', within }] : [] });
const flow = { states: [state('received', '2 h'), state('a', '24 h'), state('b'), { ...state('joined'), owner: undefined }, state('closed')] } as unknown as Flow;
const entry = (number: number, kind: string, at: string, from: string, to: string[], more: Partial<LogEntry> = {}): LogEntry =>
  ({ number, kind, at: `2026-01-05T${at}:00.000Z`, user: 'li', user_name: '', from: from || undefined, states: to.map((id) => ({ id, name: texts(id) })), ...more });
const log = [
  entry(1, 'started', '01:00', '', ['received']),
  entry(2, 'reminded', '02:30', 'received', []),
  entry(3, 'moved', '04:00', 'received', ['a', 'b'], { form: 'verification', response: { resourceType: 'QuestionnaireResponse', status: 'completed' } }),
  entry(4, 'moved', '05:00', 'b', ['joined']),
];

describe('stays', () => {
  const stays = staysOf(log, flow);
  const now = Date.parse('2026-01-05T06:00:00Z');
  it('begin and end with the moves; joins and ends are none', () => {
    expect(stays.map(({ state: id, from, to, by }) => [id, from.slice(11, 16), to.slice(11, 16), by])).toEqual([
      ['received', '01:00', '04:00', 'li'], ['a', '04:00', '', ''], ['b', '04:00', '05:00', 'li'],
    ]);
  });
  it('3 hours of 2 are missed, 2 of 24 run, without a clock there is no verdict', () => {
    expect(stays.map((stay) => lasted(stay, now) / 3_600_000)).toEqual([3, 2, 1]);
    expect(stays.map((stay) => verdictOf(stay, now))).toEqual(['missed', 'running', 'none']);
    expect(verdictOf({ ...(stays[0] as (typeof stays)[0]), to: '2026-01-05T02:59:00Z' }, now)).toBe('kept');
  });
  it('spans; working time is the hub’s to count', () => {
    expect([spanOf('30 min'), spanOf('2 h'), spanOf('14 d'), spanOf('8 working h'), spanOf('')]).toEqual([1_800_000, 7_200_000, 1_209_600_000, null, null]);
  });
  it('the newest answers to a form', () => {
    expect(lastOf({ log }, 'verification')?.number).toBe(3);
    expect(lastOf({ log }, 'grading')).toBeUndefined();
  });
});
