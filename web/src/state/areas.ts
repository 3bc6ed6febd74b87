import type { Area } from '../api/types';

export interface AreaNode {
  value: string;
  title: string;
  children: AreaNode[];
}

/** Areas as a tree by `parent`; one whose parent is not listed stands at the top. Order by code. */
export function areaTree(areas: readonly Area[], name: (area: Area) => string): AreaNode[] {
  const nodes = new Map<string, AreaNode>();
  const sorted = [...areas].sort((one, other) => (one.code < other.code ? -1 : 1));
  for (const area of sorted) nodes.set(area.code, { value: area.code, title: name(area), children: [] });
  const top: AreaNode[] = [];
  for (const area of sorted) {
    const node = nodes.get(area.code) as AreaNode;
    const parent = area.parent ? nodes.get(area.parent) : undefined;
    (parent && parent !== node ? parent.children : top).push(node);
  }
  return top;
}

/** The area and its parents from the top down. */
export function areaPath(areas: readonly Area[], code: string): Area[] {
  const path: Area[] = [];
  let area = areas.find((candidate) => candidate.code === code);
  while (area && !path.includes(area)) {
    path.unshift(area);
    const { parent } = area;
    area = areas.find((candidate) => candidate.code === parent);
  }
  return path;
}
