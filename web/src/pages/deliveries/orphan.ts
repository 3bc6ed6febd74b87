import type { Orphan } from '../../api/types';

/** The record that holds a reference to nobody: “Encounter/e1”, as far as the hub names it. */
export function orphanOrigin(orphan: Orphan): string {
  if (orphan.from) return orphan.from;
  const id = typeof orphan.id === 'string' || typeof orphan.id === 'number' ? String(orphan.id) : '';
  return [orphan.type ?? '', id].filter(Boolean).join('/');
}
