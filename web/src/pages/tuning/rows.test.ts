import { describe, expect, it } from 'vitest';
import type { TuningRows } from '../../api/tuning';
import { curvesOf, rowsOf, withAtMost, type Point } from './rows';

const columns = ['part', 'detector', 'threshold', 'outbreaks', 'detected', 'pod', 'days', 'false_per_week'];
const run = (rows: string[][]) => ({ columns, rows }) as unknown as TuningRows;

describe('rows of the tuning bench', () => {
  it('draws known outbreaks where there are some, by rising false signals', () => {
    const rows = rowsOf(run([
      ['truth', 'fused', '0.2', '10', '9', '0.9', '3', '1.5'],
      ['truth', 'fused', '0.1', '10', '8', '0.8', '4', '0.5'],
      ['truth', 'bayes (equal false signals)', '5', '10', '4', '0.4', '6', '0.5'],
      ['injected', 'bayes', '0.01', '5', '4', '0.8', '2', '3'],
    ]));
    const curves = curvesOf(rows, 'pod', 'joined');
    expect(curves.map(({ name, main }) => [name, main])).toEqual([['joined', true]]);
    expect(curves[0]?.points.map(({ x, y }) => [x, y])).toEqual([[0.5, 0.8], [1.5, 0.9]]);
  });
  it('else those put in, over all streams: 6 of 10 found, 1 + 2 false a week, (4·2 + 2·5) / 6 days', () => {
    const rows = rowsOf(run([
      ['truth', 'fused', '0.1', '0', '0', '', '', '2'],
      ['injected', 'bayes', '0.01', '5', '4', '0.8', '2', '1'],
      ['injected', 'bayes', '0.01', '5', '2', '0.4', '5', '2'],
    ]));
    expect(curvesOf(rows, 'pod', 'joined')).toEqual([{ name: 'bayes', main: false, points: [{ x: 3, y: 0.6, label: '0.01' }] }]);
    expect(curvesOf(rows, 'days', 'joined')[0]?.points[0]?.y).toBe(3);
  });
  it('picks what finds most within the workload', () => {
    const point = (signals_a_week: number, detected: number) => ({ signals_a_week, detected }) as Point;
    const points = [point(1, 8), point(1.8, 9), point(1.5, 9), point(4, 10)];
    expect(withAtMost(points, 2)).toBe(points[2]);
    expect(withAtMost(points, 5)).toBe(points[3]);
    expect(withAtMost(points, 0.5)).toBeUndefined();
  });
});
