#!/usr/bin/env node
// False signals of the ranked lane in the Spring Festival and the week after it beside those of all other weeks:
//   node festival.mjs FROM TO TRUTH SIGNALS [TRUTH SIGNALS …]      → a row of a Markdown table
// What is false: as in judge.mjs, whose list of false signals this counts.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { poisson } from './interval.mjs';

const [from, to, ...files] = process.argv.slice(2);
const judge = path.join(path.dirname(fileURLToPath(import.meta.url)), 'judge.mjs');
const text = execFileSync('node', [judge, from, to, ...files, '--false'], { encoding: 'utf8', maxBuffer: 1 << 28 });
const dates = text.split('\n').filter((line) => line.startsWith('false ')).map((line) => line.match(/ (\d{4}-\d{2}-\d{2}) ranked /)[1]);
// First day of the festival's days off, and a week after the last (scenes/core/calendars/china.yaml).
const festivals = [['2024-02-10', '2024-02-24'], ['2025-01-28', '2025-02-11']].filter(([first, last]) => first >= from && last <= to);
const inside = dates.filter((date) => festivals.some(([first, last]) => date >= first && date <= last)).length;
const weeks = (first, last) => ((Date.parse(last) - Date.parse(first)) / 86400000 + 1) / 7;
const districts = files.length / 2;
const festivalWeeks = districts * festivals.reduce((sum, [first, last]) => sum + weeks(first, last), 0);
const otherWeeks = districts * weeks(from, to) - festivalWeeks;
const rate = (count, span) => `${count} in ${span.toFixed(0)} weeks, ${(count / span).toFixed(2)} a week (${poisson(count).map((n) => (n / span).toFixed(2)).join('–')})`;
console.log(`| ${rate(inside, festivalWeeks)} | ${rate(dates.length - inside, otherWeeks)} |`);
