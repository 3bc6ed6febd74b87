/** Geometry of a map of areas: extent, aspect, which names fit. */
import type { AreaFeature, AreaMap } from '../api/types';
import { longestWord, textWidth } from './base';

interface Extent {
  /** degrees */
  width: number;
  height: number;
  /** of the longitudes and of the latitudes */
  centre: number;
  middle: number;
}

/** What the areas cover together; zeros for none. */
export function extent(features: readonly AreaFeature[]): Extent {
  const points: [number, number][] = [];
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === 'number' && typeof part[1] === 'number') points.push([part[0], part[1]]);
    else part.forEach(walk);
  };
  features.forEach((feature) => walk(feature.geometry.coordinates));
  if (points.length === 0) return { width: 0, height: 0, centre: 0, middle: 0 };
  const [west, east] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const [south, north] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  return { width: east - west, height: north - south, centre: (west + east) / 2, middle: (south + north) / 2 };
}

/** Width of one degree of longitude against one of latitude in the middle of a map. */
export function aspect(map: AreaMap): number {
  return Math.cos((extent(map.features).middle * Math.PI) / 180);
}

/** Dark text on light areas and the other way round. */
export function labelColour(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140 ? '#12263F' : '#FFFFFF';
}

/** Codes of the areas whose names can be written without touching another name: the widest areas
 *  choose first; the others tell their name on hover. `height`: pixels of the drawing. */
export function placeLabels(map: AreaMap, height: number, name: (code: string) => string): Set<string> {
  const scale = height / (extent(map.features).height || 1);
  const across = scale * aspect(map);
  const wanted = map.features
    .map((feature) => ({ code: feature.properties.code, box: extent([feature]) }))
    .filter(({ code }) => name(code) !== '')
    .sort((one, other) => other.box.width - one.box.width);
  const placed: { x: number; y: number; width: number; height: number }[] = [];
  const codes = new Set<string>();
  for (const { code, box } of wanted) {
    const words = name(code).split(' ').length;
    const label = {
      x: box.centre * across,
      y: box.middle * scale,
      width: textWidth(longestWord(name(code))),
      height: words * 14,
    };
    const touches = placed.some(
      (other) =>
        Math.abs(other.x - label.x) < (other.width + label.width) / 2 &&
        Math.abs(other.y - label.y) < (other.height + label.height) / 2,
    );
    if (touches || box.width * across < label.width * 0.8) continue;
    placed.push(label);
    codes.add(code);
  }
  return codes;
}
