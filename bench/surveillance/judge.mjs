#!/usr/bin/env node
// Signals of `healthbrain watch replay` against the outbreaks of simulated districts:
//   node judge.mjs FROM TO TRUTH SIGNALS [TRUTH SIGNALS …]      → a row of a Markdown table
//   … --missed → which outbreaks were missed; --false → which signals are false; --json → figures
// TRUTH is truth/outbreaks.csv of a store, SIGNALS the CSV of its replay.
//
// An outbreak is detected by a signal in its street, from its first onset until 14 days after its last, that names its disease or
// none. A signal of the ranked lane that fits no local outbreak of any size is false, also when it fits a wave through the district
// (those are counted again apart). "By chance" is what the same signals find when their streets are exchanged.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { poisson, wilson } from './interval.mjs';

const args = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const [from, to, ...files] = args;
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const rows = (file) => {
  const [head, ...lines] = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split(','));
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i]])));
};
const day = (text) => Date.parse(`${text}T00:00:00Z`) / 86400000;

// The names of diseases in the truth and their codes on cards: content of the simulated district.
const codes = new Map();
let names = [];
for (const line of fs.readFileSync(path.join(root, 'scenes/demo-district/diseases.yaml'), 'utf8').split('\n')) {
  const listed = line.match(/names: \[(.*)\]/);
  if (listed) names = listed[1].split(',').map((name) => name.trim());
  const code = line.match(/card: \{ code: ([a-z0-9-]+)/);
  if (code) for (const name of names) codes.set(name, code[1]);
}
// Codes that a card of the disease may also come under.
const hepatitis = ['hepatitis-unspecified', 'hepatitis-a', 'hepatitis-e'];
const sameDisease = (outbreak, signal) => {
  const code = codes.get(outbreak.disease) ?? 'other';
  return signal.disease === '' || signal.disease === code || (hepatitis.includes(code) && hepatitis.includes(signal.disease));
};
const inTime = (o, s) => day(s.date) >= day(o.first_onset) && day(s.date) <= day(o.last_onset) + 14;
const fits = (o, s, area = s.area) => area.startsWith(o.area) && inTime(o, s) && sameDisease(o, s);
const isWave = (o) => o.area.length === 6;

const share = (x, n) => {
  const [low, high] = wilson(x, n);
  return `${x} of ${n}, ${(100 * x / n).toFixed(0)} % (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)})`;
};
const median = (list) => list.length === 0 ? null : list.sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

const total = { weeks: 0, signals: 0, right: 0, wave: 0, large: 0, found: 0, chance: 0, delays: [] };
for (let i = 0; i < files.length; i += 2) {
  const outbreaks = rows(files[i]).filter((o) => o.last_onset >= from && o.first_onset <= to);
  const signals = rows(files[i + 1]).filter((s) => s.date >= from && s.date <= to);
  const ranked = signals.filter((s) => s.lane === 'ranked');
  const local = outbreaks.filter((o) => !isWave(o));
  const waves = outbreaks.filter(isWave);
  const large = local.filter((o) => o.first_onset >= from && o.last_onset <= to && Number(o.true_cases) >= 10);
  total.weeks += (day(to) - day(from) + 1) / 7;
  total.signals += ranked.length;
  for (const s of ranked) {
    if (local.some((o) => fits(o, s))) ++total.right;
    else {
      if (waves.some((o) => fits(o, s))) ++total.wave;
      if (flags.includes('--false')) console.log('false', files[i + 1], Object.values(s).join(' '));
    }
  }
  const areas = [...new Set(local.map((o) => o.area).concat(ranked.map((s) => s.area)).filter((a) => a.length === 9))].sort();
  for (const o of large) {
    ++total.large;
    const first = signals.filter((s) => fits(o, s)).map((s) => day(s.date)).sort((a, b) => a - b)[0];
    for (let shift = 1; shift < areas.length; ++shift) {
      const other = areas[(areas.indexOf(o.area) + shift) % areas.length];
      if (signals.some((s) => s.area === other && inTime(o, s) && sameDisease(o, s))) total.chance += 1 / (areas.length - 1);
    }
    if (first !== undefined) {
      ++total.found;
      total.delays.push(first - day(o.third_onset));
    } else if (flags.includes('--missed')) console.log('missed', files[i], Object.values(o).join(' '));
    if (flags.includes('--all') && first !== undefined) console.log('found', first - day(o.third_onset), Object.values(o).join(' '));
  }
}
total.delay = median([...total.delays]);
if (flags.includes('--json')) console.log(JSON.stringify(total));
else console.log([share(total.found, total.large), total.delay ?? '–', (total.signals / total.weeks).toFixed(2),
  `${((total.signals - total.right) / total.weeks).toFixed(2)} (${poisson(total.signals - total.right).map((n) => (n / total.weeks).toFixed(2)).join('–')})`, (total.wave / total.weeks).toFixed(2), share(total.right, total.signals),
  `${(100 * total.chance / total.large).toFixed(0)} %`].join(' | '));
