#!/usr/bin/env node
// Draws what a simulated district looks like, from its files, as SVG:
//   healthbrain simulate --residents 200000 --years 3 --out out
//   scripts/draw-simulation.mjs out docs/images      → simulation-pyramid.svg, -seasons.svg, -lives.svg
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

const [from, to] = process.argv.slice(2);
if (!from || !to) {
  console.error('usage: draw-simulation.mjs DIRECTORY-OF-A-SIMULATION DIRECTORY-FOR-PICTURES');
  process.exit(2);
}
const echarts = createRequire(new URL('../web/package.json', import.meta.url))('echarts');
const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8'));
const first = manifest.firstDay, last = manifest.lastDay;
const day = (text) => Math.floor(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / 86400000);

async function each(type, visit) {
  const zipped = existsSync(join(from, `${type}.ndjson.gz`));
  const file = createReadStream(join(from, `${type}.ndjson${zipped ? '.gz' : ''}`));
  const lines = createInterface({ input: zipped ? file.pipe(createGunzip()) : file });
  for await (const line of lines) {
    try {
      visit(line);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;  // lines cut short are part of the dirt
    }
  }
}

function write(name, width, height, option) {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const font = { fontFamily: 'Noto Sans CJK SC, Source Han Sans SC, sans-serif' };
  chart.setOption({ animation: false, backgroundColor: '#ffffff', textStyle: font, ...option });
  writeFileSync(join(to, `simulation-${name}.svg`), chart.renderToSVGString());
  chart.dispose();
}

function age(birth, on) {
  const [y, m, d] = birth.split('-').map(Number), [Y, M, D] = on.split('-').map(Number);
  return Y - y - (M < m || (M === m && D < d) ? 1 : 0);
}

async function pyramid() {
  const latest = new Map();  // a person is delivered again when something changes
  await each('Patient', (line) => {
    const p = JSON.parse(line);
    if (!p.birthDate) return;
    const here = !p.deceasedDateTime && p.active !== false;
    latest.set(p.id, here ? { sex: p.gender, age: age(p.birthDate, last) } : null);
  });
  const sides = { male: Array(101).fill(0), female: Array(101).fill(0) };
  for (const p of latest.values()) if (p && sides[p.sex]) ++sides[p.sex][Math.min(p.age, 100)];
  const ages = [...Array(101).keys()];
  const people = [...latest.values()].filter(Boolean).length;
  write('pyramid', 760, 620, {
    title: { text: `人口金字塔 Pyramid, ${last} · 模拟数据 simulated`, subtext: `${people.toLocaleString('en')} records of people alive and here, duplicates included as in life`, left: 'center' },
    legend: { bottom: 0, data: ['男 men', '女 women'] },
    grid: { left: 50, right: 30, top: 70, bottom: 60 },
    xAxis: { type: 'value', axisLabel: { formatter: (n) => Math.abs(n).toLocaleString('en') } },
    yAxis: { type: 'category', data: ages, axisLabel: { interval: 9 }, axisTick: { show: false } },
    series: [
      { name: '男 men', type: 'bar', stack: 'p', barCategoryGap: '0%', color: '#3b76b5', data: sides.male.map((n) => -n) },
      { name: '女 women', type: 'bar', stack: 'p', color: '#c8566b', data: sides.female },
    ],
  });
}

async function seasons() {
  const start = day(first), weeks = Math.floor((day(last) - start + 1) / 7);
  const curves = new Map();
  await each('Composition', (line) => {
    const card = JSON.parse(line);
    if (card.status === 'entered-in-error') return;
    const fields = card.extension?.[0]?.extension ?? [];
    const disease = fields.find((f) => f.url === 'disease')?.valueCoding;
    const onset = fields.find((f) => f.url === 'onsetDate')?.valueDate;
    if (!disease || !onset) return;  // the district's data have gaps as in life
    const week = Math.floor((day(onset) - start) / 7);
    if (week < 0 || week >= weeks) return;
    if (!curves.has(disease.code)) curves.set(disease.code, { name: disease.display, n: Array(weeks).fill(0), sum: 0 });
    const curve = curves.get(disease.code);
    ++curve.n[week];
    ++curve.sum;
  });
  const top = [...curves.values()].sort((a, b) => b.sum - a.sum).slice(0, 5);
  const labels = Array.from({ length: weeks }, (_, w) => new Date((start + 7 * w) * 86400000).toISOString().slice(0, 10));
  const colours = ['#3b76b5', '#d18b2c', '#4f9a5f', '#c8566b', '#7b62b0', '#57888c'];
  const height = 130;
  write('seasons', 1000, 90 + top.length * height, {
    title: { text: `每周发病 Cases by week of onset · 模拟数据 simulated`, subtext: `${manifest.residents.toLocaleString('en')} residents; the five most reported diseases`, left: 'center' },
    grid: top.map((_, i) => ({ left: 60, right: 30, top: 80 + i * height, height: height - 45 })),
    xAxis: top.map((_, i) => ({ gridIndex: i, type: 'category', data: labels, axisLabel: { show: i === top.length - 1, interval: 12 }, axisTick: { show: false } })),
    yAxis: top.map((curve, i) => ({ gridIndex: i, type: 'value', splitNumber: 2, name: curve.name, nameTextStyle: { align: 'left' } })),
    series: top.map((curve, i) => ({ type: 'line', xAxisIndex: i, yAxisIndex: i, showSymbol: false, areaStyle: { opacity: 0.18 }, lineStyle: { width: 1.4 }, color: colours[i], data: curve.n })),
  });
}

async function lives() {
  const months = [...Array(12).keys()].map((m) => m + 1);
  const deaths = Array(12).fill(0), weeks = Array(43).fill(0);
  await each('Observation', (line) => {
    if (!line.includes('"69453-9"')) return;
    const o = JSON.parse(line);
    if (o.effectiveDateTime) ++deaths[Number(o.effectiveDateTime.slice(5, 7)) - 1];
  });
  await each('EpisodeOfCare', (line) => {
    if (!line.includes('gestation-weeks')) return;
    ++weeks[Math.min(42, Math.floor(JSON.parse(line).extension[0].valueDecimal))];
  });
  const ages = Array(10).fill(0).map(() => ({ community: 0, hospital: 0 }));
  const births = new Map(), kinds = new Map();
  await each('Patient', (line) => { const p = JSON.parse(line); if (p.birthDate) births.set(p.id, p.birthDate); });
  await each('Organization', (line) => { const o = JSON.parse(line); kinds.set(o.id, o.type[0].coding[0].code); });
  const lived = Array(10).fill(0);
  for (const birth of births.values()) ++lived[Math.min(9, Math.max(0, Math.floor(age(birth, last) / 10)))];
  await each('Encounter', (line) => {
    if (!line.includes('total-cost') || line.includes('"code":"IMP"')) return;
    const e = JSON.parse(line);
    const birth = births.get(e.subject?.reference?.slice(8));
    if (!birth) return;
    const band = Math.min(9, Math.floor(age(birth, last) / 10));
    const kind = kinds.get(e.serviceProvider?.reference?.slice(13));
    ++ages[band][kind === 'chc' || kind === 'chs' ? 'community' : 'hospital'];
  });
  const bands = ages.map((_, i) => (i === 9 ? '90+' : `${i * 10}–${i * 10 + 9}`));
  const rate = (key) => ages.map((a, i) => (lived[i] ? +(a[key] / lived[i] / manifest.years).toFixed(2) : 0));
  write('lives', 1000, 380, {
    title: [
      { text: '每人年就诊 Visits per person and year', left: '2%', textStyle: { fontSize: 14 } },
      { text: '建册孕周 Week of registration', left: '40%', textStyle: { fontSize: 14 } },
      { text: '死亡月份 Deaths by month', left: '72%', textStyle: { fontSize: 14 } },
    ],
    legend: { bottom: 0, left: '4%', data: ['社区 community', '医院 hospital'] },
    grid: [{ left: '5%', width: '30%', top: 50, bottom: 70 }, { left: '42%', width: '24%', top: 50, bottom: 70 }, { left: '74%', width: '24%', top: 50, bottom: 70 }],
    xAxis: [
      { gridIndex: 0, type: 'category', data: bands, axisLabel: { rotate: 45 } },
      { gridIndex: 1, type: 'category', data: weeks.map((_, w) => w).slice(4, 36) },
      { gridIndex: 2, type: 'category', data: months, axisLabel: { interval: 0, fontSize: 10 } },
    ],
    yAxis: [0, 1, 2].map((gridIndex) => ({ gridIndex, type: 'value', splitNumber: 4 })),
    series: [
      { name: '社区 community', type: 'bar', stack: 'v', color: '#4f9a5f', data: rate('community') },
      { name: '医院 hospital', type: 'bar', stack: 'v', color: '#d18b2c', data: rate('hospital') },
      { type: 'bar', xAxisIndex: 1, yAxisIndex: 1, color: '#c8566b', data: weeks.slice(4, 36) },
      { type: 'bar', xAxisIndex: 2, yAxisIndex: 2, color: '#6b7a8f', data: deaths },
    ],
  });
}

await pyramid();
await seasons();
await lives();
