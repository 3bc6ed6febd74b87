import { useCallback, useSyncExternalStore } from 'react';

const twoThings = 901; // pixels; the same borders as in the style sheets

/** Whether there is room for two things beside each other, or for what else needs a width. */
export function useWide(pixels = twoThings): boolean {
  const query = `(min-width: ${pixels}px)`;
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
