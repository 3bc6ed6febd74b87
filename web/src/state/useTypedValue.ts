import { useEffect, useRef, useState } from 'react';
import { useDebounced } from './useDebounced';

const settleMs = 250;

/** Text of a field whose settled value stands in the address; follows the address when that changes
 *  by other means (Back, a cleared filter). */
export function useTypedValue(inAddress: string, onSettled: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(inAddress);
  const settled = useDebounced(text, settleMs);
  const sent = useRef(inAddress);
  const settle = useRef(onSettled);
  settle.current = onSettled;

  useEffect(() => {
    if (inAddress !== sent.current) {
      sent.current = inAddress;
      setText(inAddress);
    }
  }, [inAddress]);
  useEffect(() => {
    const next = settled.trim();
    if (next !== sent.current) {
      sent.current = next;
      settle.current(next);
    }
  }, [settled]);
  return [text, setText];
}
