import { useEffect, useState } from 'react';
import { useAreaMap } from '../api/hooks';

/** Under this name the charts know the district's polygons. */
export const mapName = 'areas';

/** Registers the district's polygons once; null until they are there or when there are none. */
export function useRegisteredMap() {
  const map = useAreaMap();
  const [ready, setReady] = useState(false);
  const known = map.data && map.data.features.length > 0 ? map.data : null;
  useEffect(() => {
    if (!known) return;
    void import('./chartKit').then(({ chartKit }) => {
      chartKit.registerMap(mapName, known);
      setReady(true);
    });
  }, [known]);
  return ready ? known : null;
}
