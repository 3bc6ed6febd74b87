#!/usr/bin/env node
// Every method alone beside the joined signals, from the CSV of `healthbrain watch tune` of several districts, one threshold for all:
//   node compare.mjs TUNE-1[.csv] …    → Markdown: what is found at the most false signals up to 1 and up to 2 a week
import fs from 'node:fs';
import { poisson, wilson } from './interval.mjs';

const points = new Map();
for (const name of process.argv.slice(2)) {
  const [head, ...lines] = fs.readFileSync(name.endsWith('.csv') ? name : `${name}.csv`, 'utf8').trim().split('\n').map((line) => line.split(','));
  const at = (row, column) => row[head.indexOf(column)];
  const truth = lines.filter((row) => at(row, 'part') === 'truth' && !at(row, 'detector').includes('equal'));
  const weeks = truth.filter((row) => at(row, 'wrong') !== '0').map((row) => Number(at(row, 'wrong')) / Number(at(row, 'false_per_week')))[0] ?? 0;
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
