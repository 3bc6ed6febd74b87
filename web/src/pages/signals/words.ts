import type { Signal } from '../../api/signals';
import type { Localized } from '../../api/types';
import type { Texts } from '../../i18n';

/** What a signal is called: its disease, else the streams that raised it. */
export function titleOf(signal: Signal, loc: Texts['loc']): string {
  if (signal.disease_name) return loc(signal.disease_name);
  return signal.streams.map(({ title }) => loc(title)).join(' + ');
}

export function whereOf(signal: Signal, loc: (text: Localized) => string): string {
  return signal.place === '' ? loc(signal.area_name) : signal.place;
}

export const ways = ['data', 'telephone', 'visit'] as const;
export const reasons = ['entry-error', 'duplicate', 'late-batch', 'revisit', 'capacity', 'sporadic', 'known-event', 'other'] as const;
export const parts = ['curve', 'cases', 'map', 'compare', 'tempo', 'log'] as const;
export type Part = (typeof parts)[number];
export type ActKind = 'verify' | 'investigate' | 'reopen' | 'note';

/** What may be done to a signal where it stands. */
export function actsOf(signal: Signal): ActKind[] {
  const acts: ActKind[] = [];
  if (signal.state === 'raised') acts.push('verify');
  if (signal.state === 'suspected') acts.push('investigate');
  if (signal.state !== 'raised') acts.push('reopen');
  return [...acts, 'note'];
}

/** The neighbour of the chosen signal in the list; the first one when none is chosen. */
export function neighbour(ids: readonly string[], chosen: string, step: 1 | -1): string | undefined {
  const at = ids.indexOf(chosen);
  if (at < 0) return ids[0];
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))];
}
