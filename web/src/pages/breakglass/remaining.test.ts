import { describe, expect, it } from 'vitest';
import type { Emergency } from '../../api/types';
import { askBody, mayAsk, minutesLeft, openFor } from './remaining';

const now = Date.parse('2026-11-22T08:00:00Z');
const one: Emergency = {
  id: 1, user: 'li.na', display: null, resident: 12, reason: '', asked: '2026-11-22T07:30:00Z', until: '2026-11-22T08:30:59Z',
  open: true, state: 'waiting', reviewer: null, note: '', reviewed: null,
};

describe('minutesLeft', () => {
  it('counts whole minutes, and the last one as one', () => {
    expect(minutesLeft(one, now)).toBe(30);
    expect(minutesLeft(one, Date.parse('2026-11-22T08:30:30Z'))).toBe(1);
  });
  it('is 0 after the end, and when the hub says that it is closed', () => {
    expect(minutesLeft(one, Date.parse('2026-11-22T08:31:00Z'))).toBe(0);
    expect(minutesLeft({ ...one, open: false }, now)).toBe(0);
  });
});

describe('openFor, mayAsk, askBody', () => {
  it('finds the own opening of this resident alone', () => {
    expect(openFor([one], 'li.na', 12, now)).toBe(one);
    expect(openFor([one], 'wang.wei', 12, now)).toBeUndefined();
    expect(openFor([one], 'li.na', 13, now)).toBeUndefined();
  });
  it('asks only with a reason and somebody to ask for', () => {
    expect(mayAsk('unconscious', '12')).toBe(true);
    expect(mayAsk('  ', '12')).toBe(false);
    expect(mayAsk('unconscious', ' ')).toBe(false);
  });
  it('sends the number or the identity number, never both', () => {
    expect(askBody({ resident: 12, identifier: '' }, ' r ')).toEqual({ resident: 12, reason: 'r' });
    expect(askBody({ identifier: ' 77 ' }, 'r')).toEqual({ identifier: '77', reason: 'r' });
  });
});
