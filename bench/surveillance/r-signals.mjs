#!/usr/bin/env node
// Signals from what R judged week by week, as `watch replay` writes them:
//   node r-signals.mjs P STREAM=JUDGED.csv … > signals.csv
// A week with a p-value of P or less is a signal on the day after its end (two days later for streams that are a day late), one per
// place, street and disease in 10 days: the same rule as for every single method in `watch tune`.
import fs from 'node:fs';

const [most, ...files] = process.argv.slice(2);
const late = (stream) => (stream.startsWith('cards') ? 0 : 1);
const plus = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86400000).toISOString().slice(0, 10);
const found = [];
for (const file of files) {
  const [stream, path] = file.split('=');
  for (const line of fs.readFileSync(path, 'utf8').trim().split('\n').slice(1)) {
    const [area, place, disease, , week, , , p] = line.split(',');
    if (Number(p) <= Number(most)) found.push({ area, place, disease, stream, p: Number(p), day: plus(week, 6 + late(stream)) });
  }
}
found.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.p - b.p));
const agree = (a, b) => a === '' || b === '' || a === b;
const told = [];
console.log('id,date,lane,area,place,disease,streams,score,first_date');
found.forEach((one, i) => {
  const known = told.find((other) => other.area === one.area && agree(other.place, one.place) &&
    agree(other.disease, one.disease) && one.day <= plus(other.last, 10));
  if (known) {
    known.last = one.day;
    return;
  }
  told.push({ ...one, last: one.day });
  console.log(`r-${i},${one.day},ranked,${one.area},${one.place},${one.disease},${one.stream},${(-Math.log10(Math.max(one.p, 1e-16))).toFixed(2)},${one.day}`);
});
