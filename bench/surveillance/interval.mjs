/** Wilson's 95 % interval of a share. */
export function wilson(x, n) {
  if (n === 0) return [0, 1];
  const z = 1.959964, p = x / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return [middle - half, middle + half];
}
