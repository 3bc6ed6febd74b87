import { useEffect } from 'react';
import { readCount, type Changes } from '../../state/address';
import { useAddress } from '../../state/useAddress';

/** `?rotate=20` on the wall: what the address becomes when the turn of what is shown is over. */
export function useAfterTurn(turns: boolean, next: Changes): void {
  const { value, change } = useAddress();
  const seconds = readCount(value('rotate'), 0, 3600);
  const after = JSON.stringify(next);
  useEffect(() => {
    if (seconds === 0 || !turns) return undefined;
    const timer = window.setTimeout(() => change(JSON.parse(after) as Changes), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [seconds, turns, after, change]);
}
