#!/usr/bin/env node
// Every method alone beside the joined signals, from the CSV of `healthbrain watch tune` of several districts, one threshold for all:
//   node compare.mjs TUNE-1[.csv] …    → Markdown: what is found at the most false signals up to 1 and up to 2 a week
import fs from 'node:fs';
import { poisson, wilson } from './interval.mjs';

const points = new Map();
const equal = new Map(); // each district at its own threshold: as many false signals as the joined ones have there
const add = (into, key, row, at, weeks) => {
  const sum = into.get(key) ?? { detector: key, outbreaks: 0, detected: 0, wrong: 0, weeks: 0, days: [] };
  sum.outbreaks += Number(at(row, 'outbreaks'));
  sum.detected += Number(at(row, 'detected'));
  sum.wrong += Number(at(row, 'wrong'));
  sum.weeks += weeks;
  sum.days.push(at(row, 'days') || '–');
  into.set(key, sum);
};
for (const name of process.argv.slice(2)) {
  const [head, ...lines] = fs.readFileSync(name.endsWith('.csv') ? name : `${name}.csv`, 'utf8').trim().split('\n').map((line) => line.split(','));
  const at = (row, column) => row[head.indexOf(column)];
  const truth = lines.filter((row) => at(row, 'part') === 'truth' && !at(row, 'detector').includes('equal'));
  const weeks = truth.filter((row) => at(row, 'wrong') !== '0').map((row) => Number(at(row, 'wrong')) / Number(at(row, 'false_per_week')))[0] ?? 0;
  const chosen = truth.filter((row) => at(row, 'detector') === 'fused' && Number(at(row, 'false_per_week')) <= 2)
    .sort((a, b) => at(b, 'detected') - at(a, 'detected') || at(a, 'days') - at(b, 'days') || at(a, 'wrong') - at(b, 'wrong'))[0];
  if (chosen) {
    add(equal, 'joined', chosen, at, weeks);
    for (const row of lines) if (at(row, 'detector').includes('equal')) add(equal, at(row, 'detector').replace(' (equal false signals)', ''), row, at, weeks);
  }
  for (const row of truth) {
    const key = `${at(row, 'detector')}|${at(row, 'threshold')}`;
    const sum = points.get(key) ?? { detector: at(row, 'detector'), threshold: at(row, 'threshold'), outbreaks: 0, detected: 0, wrong: 0, weeks: 0, days: [] };
    sum.outbreaks += Number(at(row, 'outbreaks'));
    sum.detected += Number(at(row, 'detected'));
    sum.wrong += Number(at(row, 'wrong'));
    sum.weeks += weeks;
    sum.days.push(at(row, 'days') || '–');
    points.set(key, sum);
  }
}
const rate = (point) => point.wrong / point.weeks;
const spread = (texts) => {
  const days = texts.filter((text) => text !== '–').map(Number).sort((a, b) => a - b);
  if (days.length === 0) return '–';
  return `${days[Math.floor((days.length - 1) / 2)]} (${days[0]}–${days.at(-1)})`;
};
console.log('| false a week up to | signals | threshold | outbreaks ≥ 10 cases found (95 %) | days, median over districts (from–to) | false a week (95 %) |');
console.log('| ---: | --- | ---: | --- | --- | ---: |');
for (const most of [1, 2]) {
  for (const detector of new Set([...points.values()].map((point) => point.detector))) {
    const best = [...points.values()].filter((point) => point.detector === detector && rate(point) <= most)
      .sort((a, b) => b.detected - a.detected || rate(a) - rate(b))[0];
    if (!best) {
      console.log(`| ${most} | ${detector} | – | no threshold of the grid is as calm | | |`);
      continue;
    }
    const [low, high] = wilson(best.detected, best.outbreaks);
    console.log(`| ${most} | ${detector} | ${best.threshold} | ${best.detected} of ${best.outbreaks}, ${(100 * best.detected / best.outbreaks).toFixed(0)} % ` +
      `(${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}) | ${spread(best.days)} | ${rate(best).toFixed(2)} (${poisson(best.wrong).map((count) => (count / best.weeks).toFixed(2)).join('–')}) |`);
  }
}
console.log('\n| each district at its own threshold | outbreaks ≥ 10 cases found (95 %) | days, median over districts (from–to) | false a week (95 %) |');
console.log('| --- | --- | --- | --- |');
for (const one of equal.values()) {
  const [low, high] = wilson(one.detected, one.outbreaks);
  console.log(`| ${one.detector} | ${one.detected} of ${one.outbreaks}, ${(100 * one.detected / one.outbreaks).toFixed(0)} % (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}) | ` +
    `${spread(one.days)} | ${rate(one).toFixed(2)} (${poisson(one.wrong).map((count) => (count / one.weeks).toFixed(2)).join('–')}) |`);
}
