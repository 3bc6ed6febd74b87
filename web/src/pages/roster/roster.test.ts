import { describe, expect, it } from 'vitest';
import { daysOf, inCell, isDay, moved, setCell, step, swapCells } from './roster';

const duty = (day: string, shift: string, user: string, area = '7701', role = 'outbreak/duty') => ({ day, shift, user, area, role });
const day = { day: '2026-03-05', shift: 'day' };
const night = { day: '2026-03-05', shift: 'night' };

describe('roster', () => {
  it('a week begins on Monday; 5 March 2026 is a Thursday', () => {
    expect(daysOf('week', '2026-03-05')).toEqual(['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06', '2026-03-07', '2026-03-08']);
    expect(daysOf('week', '2026-03-08')[0]).toBe('2026-03-02');
  });
  it('a month has its days; steps lead into the next', () => {
    expect(daysOf('month', '2026-02-10')).toHaveLength(28);
    expect(step('month', '2026-01-31', 1)).toBe('2026-02-01');
    expect(step('month', '2026-03-31', -1)).toBe('2026-02-28');
    expect(step('week', '2026-03-05', -1)).toBe('2026-02-26');
  });
  it('no day is no day', () => expect(['2026-02-30', '2026-2-3', ''].map(isDay)).toEqual([false, false, false]));
  it('a cell is set for its own area; other areas, shifts and roles stay', () => {
    const all = [duty('2026-03-05', 'day', 'li'), duty('2026-03-05', 'day', 'wang', '7702'), duty('2026-03-05', 'night', 'zhao'), duty('2026-03-05', 'day', 'sun', '7701', 'leader')];
    const next = setCell(all, 'outbreak/duty', '7701', day, ['qian', 'feng']);
    expect(next.map(({ user }) => user)).toEqual(['wang', 'zhao', 'sun', 'qian', 'feng']);
    expect(inCell(next, 'outbreak/duty', '7701', day).map(({ user }) => user)).toEqual(['qian', 'feng']);
    expect(inCell(next, 'outbreak/duty', '', day).map(({ user }) => user)).toEqual(['wang', 'qian', 'feng']);
  });
  it('two cells exchange their people', () => {
    const next = swapCells([duty('2026-03-05', 'day', 'li'), duty('2026-03-05', 'day', 'wang'), duty('2026-03-05', 'night', 'zhao')], 'outbreak/duty', '7701', day, night);
    expect(inCell(next, 'outbreak/duty', '7701', day).map(({ user }) => user)).toEqual(['zhao']);
    expect(inCell(next, 'outbreak/duty', '7701', night).map(({ user }) => user)).toEqual(['li', 'wang']);
  });
  it('arrows stay within the table', () => {
    expect(moved('ArrowDown', 6, 1, 7, 2)).toEqual({ row: 6, column: 1 });
    expect(moved('ArrowLeft', 3, 1, 7, 2)).toEqual({ row: 3, column: 0 });
    expect(moved('Enter', 0, 0, 7, 2)).toBeNull();
  });
});
