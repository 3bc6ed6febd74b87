/** Wilson's 95 % interval of a share. */
export function wilson(x, n) {
  if (n === 0) return [0, 1];
  const z = 1.959964, p = x / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return [middle - half, middle + half];
}

/** 95 % interval of a Poisson count (Byar's approximation of the exact one). */
export function poisson(count) {
  const z = 1.959964;
  const low = count === 0 ? 0 : count * (1 - 1 / (9 * count) - z / (3 * Math.sqrt(count))) ** 3;
  const next = count + 1;
  return [low, next * (1 - 1 / (9 * next) + z / (3 * Math.sqrt(next))) ** 3];
}
