/** Classes of a map: round borders, at most as many as there are colours. */

/** The next 1, 2, 2.5, 5 × 10^n that is not below `step`. */
function roundUp(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Borders from below the smallest to above the largest value; [] without values, one class when
 *  all are equal. */
export function roundBorders(values: readonly (number | null)[], most: number): number[] {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return [];
  const low = Math.min(...known);
  const high = Math.max(...known);
  if (low === high) return [low, low];
  let step = roundUp((high - low) / most);
  const classes = () => Math.ceil(high / step - 1e-9) - Math.floor(low / step + 1e-9);
  while (classes() > most) step = roundUp(step * 1.01);
  const first = Math.floor(low / step + 1e-9);
  return Array.from({ length: classes() + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** `count` colours out of a scale, spread so that few classes still differ. */
export function pickColours(scale: readonly string[], count: number): string[] {
  if (count <= 1) return [scale[Math.floor(scale.length / 2)] as string];
  return Array.from({ length: count }, (_, index) => {
    const at = Math.round((index * (scale.length - 1)) / (count - 1));
    return scale[at] as string;
  });
}
