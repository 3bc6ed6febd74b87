import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { throttled } from './throttle';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('many asks at once are one run', () => {
  const run = vi.fn();
  const refresh = throttled(run, 500);
  for (let i = 0; i < 10; i++) refresh.ask();
  vi.advanceTimersByTime(499);
  expect(run).toHaveBeenCalledTimes(0);
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a steady stream does not put it off', () => {
  const run = vi.fn();
  const refresh = throttled(run, 500);
  for (let i = 0; i < 40; i++) {
    refresh.ask();
    vi.advanceTimersByTime(100); // four seconds
  }
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(6);
  expect(run.mock.calls.length).toBeLessThanOrEqual(8);
});

test('nothing runs after the end', () => {
  const run = vi.fn();
  const refresh = throttled(run, 500);
  refresh.ask();
  refresh.stop();
  vi.advanceTimersByTime(1000);
  expect(run).toHaveBeenCalledTimes(0);
});
