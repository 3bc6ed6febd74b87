import { describe, expect, it } from 'vitest';
import type { Move, Task } from '../../api/flows';
import { actsOf, chosenAct, commonMoves, isNews, needsReason } from './acts';

const move = (id: string, more: Partial<Move> = {}): Move => ({ id, kind: 'move', name: { zh: id, en: id }, reason: false, back: false, to: ['x'], ...more });
const task = (id: string, moves: Move[], flow = 'f') => ({ instance: id, token: 1, flow, moves }) as Task;

const moves = [
  move('return', { back: true }),
  move('suspect', { form: 'verification' }),
  move('dismiss', { form: 'verification' }),
  move('end', { reason: true }),
  move('delegate', { kind: 'delegate', to: [] }),
];

describe('acts', () => {
  it('moves of one form are one act; what is aside comes last', () => {
    expect(actsOf(moves).map(({ id, moves: own, aside }) => [id, own.length, aside])).toEqual([
      ['suspect', 2, false], ['end', 1, false], ['return', 1, true], ['delegate', 1, true],
    ]);
  });
  it('the first form opens of itself, a move without one does not', () => {
    const acts = actsOf(moves);
    expect(chosenAct(acts, '')?.id).toBe('suspect');
    expect(chosenAct(acts, 'dismiss')?.id).toBe('suspect');
    expect(chosenAct(acts, 'end')?.id).toBe('end');
    expect(chosenAct(acts, 'gone')).toBeUndefined();
    expect(chosenAct(actsOf([move('end')]), '')).toBeUndefined();
  });
  it('returns and withdrawals need a reason', () => {
    expect(moves.map(needsReason)).toEqual([true, false, false, true, false]);
    expect(needsReason(move('withdraw', { kind: 'withdraw' }))).toBe(true);
  });
});

describe('news', () => {
  it('what people did is, what clocks did is not', () => {
    expect(['moved', 'delegated', 'reminded', 'child-started'].map((kind) => isNews({ kind }))).toEqual([true, true, false, false]);
  });
});

describe('moves for many', () => {
  it('are those of all tasks of one flow that need no form and nobody', () => {
    expect(commonMoves([task('1', moves), task('2', moves)]).map(({ id }) => id)).toEqual(['return', 'end']);
    expect(commonMoves([task('1', moves), task('2', [move('return', { back: true })])]).map(({ id }) => id)).toEqual(['return']);
    expect(commonMoves([task('1', moves), task('2', moves, 'g')])).toEqual([]);
    expect(commonMoves([])).toEqual([]);
  });
});
