#!/usr/bin/env node
// A harder catalogue: the local outbreaks of a catalogue come OFTEN (2) times as often and have 10 to 25 cases, waves stay.
//   node harder.mjs CATALOGUE.yaml [OFTEN] > harder.yaml
// Where most outbreaks are found anyway, what a change of the detectors is worth shows only among the small ones.
import fs from 'node:fs';

const often = Number(process.argv[3] ?? 2);
const cases = '[13, 25]'; // median and 90th percentile
for (const line of fs.readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')) {
  if (!/^\s*- \{/.test(line) || /shape: seasonal/.test(line)) console.log(line);
  else
    console.log(line.replace(/per_year: ([0-9.]+)/, (_, rate) => `per_year: ${often * Number(rate)}`)
      .replace(/cases: \[[^\]]*\]/, `cases: ${cases}`));
}
