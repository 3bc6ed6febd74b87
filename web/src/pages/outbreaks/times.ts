/** How long an event stood where, from its log. */
import type { Flow, Instance, LogEntry } from '../../api/flows';
import type { Localized } from '../../api/types';

export interface Stay {
  state: string;
  name: Localized;
  from: string;
  /** empty: it still stands there */
  to: string;
  /** who ended it */
  by: string;
  /** milliseconds allowed; null: none, or of working time, which the hub alone counts */
  within: number | null;
  limit: Localized | null;
}

const units: Record<string, number> = { min: 60_000, h: 3_600_000, d: 86_400_000 };

/** "2 h" in milliseconds; null for working time. */
export function spanOf(within: string): number | null {
  const match = /^(\d+) (min|h|d)$/.exec(within.trim());
  return match ? Number(match[1]) * (units[match[2] as string] as number) : null;
}

/** Every stay in a state, in the order in which they began. */
export function staysOf(log: readonly LogEntry[], flow: Flow | undefined): Stay[] {
  const stays: Stay[] = [];
  const known = (id: string) => flow?.states.find((one) => one.id === id);
  for (const entry of log) {
    if (!['started', 'moved', 'withdrawn', 'child-finished', 'migrated'].includes(entry.kind)) continue;
    const left = stays.find((stay) => stay.to === '' && stay.state === entry.from);
    if (left) {
      left.to = entry.at;
      left.by = entry.user_name || entry.user;
    }
    for (const { id, name } of entry.states ?? []) {
      const state = known(id);
      if (state?.final || (state && !state.owner)) continue; // an end, or a place where parts wait for each other
      const clock = state?.clocks[0];
      stays.push({ state: id, name, from: entry.at, to: '', by: '', within: clock ? spanOf(clock.within) : null, limit: clock ? (clock.within_name ?? { zh: clock.within, en: clock.within }) : null });
    }
  }
  return stays;
}

/** Milliseconds of a stay; until now where it goes on. */
export const lasted = ({ from, to }: Stay, now: number): number => Math.max(0, (to === '' ? now : Date.parse(to)) - Date.parse(from));

export type Verdict = 'kept' | 'missed' | 'running' | 'none';

export function verdictOf(stay: Stay, now: number): Verdict {
  if (stay.within === null) return 'none';
  if (lasted(stay, now) > stay.within) return 'missed';
  return stay.to === '' ? 'running' : 'kept';
}

/** The newest answers to a form. */
export function lastOf(instance: Pick<Instance, 'log'>, form: string): LogEntry | undefined {
  return [...instance.log].reverse().find((entry) => entry.form === form && entry.response);
}
