import type { Emergency } from '../../api/types';

/** Whole minutes until it ends, at least 1 while it is open; 0 once it has ended. */
export function minutesLeft(one: Pick<Emergency, 'until' | 'open'>, now: number): number {
  const left = Date.parse(one.until) - now;
  return one.open && left > 0 ? Math.max(1, Math.floor(left / 60_000)) : 0;
}

/** The reader's own opening of a resident that still lasts. */
export function openFor(items: readonly Emergency[], user: string, resident: number, now: number): Emergency | undefined {
  return items.find((one) => one.user === user && one.resident === resident && minutesLeft(one, now) > 0);
}

/** Whether there is something to send; how long a reason must be is the policy's matter. */
export function mayAsk(reason: string, whom: string): boolean {
  return reason.trim() !== '' && whom.trim() !== '';
}

/** The body of a request: a number of a resident, or the whole identity number of one. */
export function askBody(whom: { resident?: number; identifier: string }, reason: string): { reason: string; resident?: number; identifier?: string } {
  const { resident, identifier } = whom;
  return { ...(resident === undefined ? { identifier: identifier.trim() } : { resident }), reason: reason.trim() };
}
