#!/usr/bin/env node
// Signals of `healthbrain watch replay` against the outbreaks of a simulated district:
//   node judge.mjs truth/outbreaks.csv signals.csv FROM TO      → rows of a Markdown table
// An outbreak of a street is detected by a signal in its street, from its first onset until 14 days after its last; a wave through
// the district by one in any street. A signal of the ranked lane that fits no outbreak of any size is false; one that fits waves alone
// is counted apart, as a wave lasts for weeks and fits many.
import fs from 'node:fs';

const [truthFile, signalFile, from, to] = process.argv.slice(2);
const rows = (file) => {
  const [head, ...lines] = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split(','));
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i]])));
};
const day = (text) => Date.parse(`${text}T00:00:00Z`) / 86400000;
const outbreaks = rows(truthFile).filter((o) => o.last_onset >= from && o.first_onset <= to);
const signals = rows(signalFile);
const fits = (o, s) => s.area.startsWith(o.area) && day(s.date) >= day(o.first_onset) && day(s.date) <= day(o.last_onset) + 14;
const wave = (o) => o.area.length === 6;
const inside = (o) => o.first_onset >= from && o.last_onset <= to;

function wilson(x, n) {
  if (n === 0) return '–';
  const z = 1.959964, p = x / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return `${x} of ${n}, ${(100 * p).toFixed(0)} % (${(100 * (middle - half)).toFixed(0)}–${(100 * (middle + half)).toFixed(0)})`;
}
const median = (list) => list.length === 0 ? '–' : list.sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

const weeks = (day(to) - day(from) + 1) / 7;
const ranked = signals.filter((s) => s.lane === 'ranked');
const local = outbreaks.filter((o) => !wave(o));
const waves = outbreaks.filter(wave);
const isTrue = ranked.filter((s) => local.some((o) => fits(o, s)));
const inWaves = ranked.filter((s) => !isTrue.includes(s) && waves.some((o) => fits(o, s)));
const wrong = ranked.length - isTrue.length - inWaves.length;
const large = local.filter((o) => inside(o) && Number(o.true_cases) >= 10);
const found = large.map((o) => signals.filter((s) => fits(o, s)).map((s) => day(s.date)).sort((a, b) => a - b)[0]);
const delays = large.map((o, i) => [o, found[i]]).filter(([o, d]) => d !== undefined && o.third_onset).map(([o, d]) => d - day(o.third_onset));
console.log([wilson(found.filter((d) => d !== undefined).length, large.length), median(delays), (ranked.length / weeks).toFixed(2),
  (wrong / weeks).toFixed(2), (inWaves.length / weeks).toFixed(2), wilson(isTrue.length, ranked.length)].join(' | '));
