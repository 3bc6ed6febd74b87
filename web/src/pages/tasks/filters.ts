import { formatNumber } from '../../format/format';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';

export const scopes = ['mine', 'team', 'all'] as const;
export type Scope = (typeof scopes)[number];
const most = 1000; // from here on the hub stops counting

/** Everything of the address that narrows the list. */
export function useFilters() {
  const { value, area } = useAddress();
  const scope = readChoice(value('scope'), scopes, 'mine');
  return { scope, flow: value('flow'), state: value('state'), area, overdue: value('overdue') === '1' || undefined, text: value('q') };
}

export const countText = (n: number): string => (n >= most ? `${formatNumber(most)}+` : formatNumber(n));
