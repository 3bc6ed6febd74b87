// Draws what `healthbrain simulate --out DIR` planted: the curve of one outbreak with the absences of
// its school, and the influenza seasons as cards and fever clinics show them.
//   node scripts/simulation-outbreak-figures.mjs DIR [IMAGES]     (IMAGES: docs/images)
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const echarts = createRequire(join(root, "web/package.json"))("echarts");
const [directory, images = join(root, "docs/images")] = process.argv.slice(2);
if (!directory) {
  console.error("usage: node scripts/simulation-outbreak-figures.mjs DIR [IMAGES]");
  process.exit(2);
}

const csv = (name) => {
  const [header, ...rows] = readFileSync(join(directory, "truth", name), "utf8").trim().split("\n");
  const keys = header.split(",");
  return rows.map((row) => Object.fromEntries(row.split(",").map((cell, i) => [keys[i], cell])));
};

async function eachLine(type, take) {
  const plain = join(directory, `${type}.ndjson`);
  const stream = existsSync(plain)
    ? createReadStream(plain)
    : createReadStream(`${plain}.gz`).pipe(createGunzip());
  for await (const line of createInterface({ input: stream })) take(line);
}

const day = 86400000;
const days = (from, until) => {
  const list = [];
  for (let at = Date.parse(from); at <= Date.parse(until); at += day)
    list.push(new Date(at).toISOString().slice(0, 10));
  return list;
};
const shifted = (date, by) => new Date(Date.parse(date) + by * day).toISOString().slice(0, 10);
/// The Monday of a day's week.
const week = (date) => shifted(date, -((new Date(date).getUTCDay() + 6) % 7));
const tally = (list) => list.reduce((map, key) => map.set(key, (map.get(key) ?? 0) + 1), new Map());

const outbreaks = csv("outbreaks.csv");
const cases = csv("cases.csv");
const manifest = JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8"));
// The largest outbreak from person to person in a school or kindergarten.
const shown = outbreaks
  .filter((one) => one.place.startsWith("org") && one.third_onset)
  .sort((a, b) => b.true_cases - a.true_cases)[0];
if (!shown) {
  console.error("no outbreak in an institution here; simulate more residents or years");
  process.exit(1);
}

const absences = new Map();
const fever = new Map();
await eachLine("Observation", (line) => {
  if (!line.includes("CodeSystem/stream")) return;
  const one = JSON.parse(line);
  const stream = one.code.coding[0].code;
  if (stream === "absence" && one.subject.reference === `Location/loc-${shown.place}`)
    absences.set(one.effectiveDateTime, one.valueInteger);
  if (stream === "fever-clinic") {
    const at = week(one.effectiveDateTime);
    fever.set(at, (fever.get(at) ?? 0) + one.valueInteger);
  }
});
const cards = new Map();
await eachLine("Composition", (line) => {
  if (!line.includes('"code":"influenza"')) return;
  const at = week(JSON.parse(line).date.slice(0, 10));
  cards.set(at, (cards.get(at) ?? 0) + 1);
});

const text = { fontFamily: "Noto Sans CJK SC, Noto Sans SC, sans-serif", color: "#1f2d3d" };
const frame = {
  animation: false,
  backgroundColor: "#ffffff",
  textStyle: text,
  grid: { left: 64, right: 64, top: 116, bottom: 48 },
};
const title = (head, sub) => ({
  text: head,
  subtext: `${sub}；${manifest.residents.toLocaleString("en")} 名虚构居民（模拟数据）`,
  left: 16,
  top: 8,
  textStyle: { ...text, fontSize: 16 },
  subtextStyle: { ...text, color: "#5b6b7b", fontSize: 12 },
});

function draw(name, option) {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 1080, height: 440 });
  chart.setOption({ ...frame, ...option });
  writeFileSync(join(images, name), chart.renderToSVGString());
  console.log(join(images, name));
}

const mine = cases.filter((one) => one.outbreak === shown.outbreak);
const axis = days(shifted(shown.first_exposure, -14), shifted(shown.last_onset, 14));
const withCard = tally(mine.filter((one) => one.report).map((one) => one.onset));
const without = tally(mine.filter((one) => !one.report).map((one) => one.onset));
const byReport = tally(mine.filter((one) => one.report).map((one) => one.report));
draw("simulation-outbreak-curve.svg", {
  title: title(
    `${shown.disease} · ${shown.place} 的一起暴发（${shown.catalogue_id}）`,
    `${shown.true_cases} 例，其中 ${shown.reported_cases} 例报卡`,
  ),
  legend: { top: 58, left: 16, data: ["发病：有报卡", "发病：无报卡", "报卡", "因病缺课新增"] },
  xAxis: { type: "category", data: axis, axisLabel: { formatter: (value) => value.slice(5) } },
  yAxis: { type: "value", name: "人", minInterval: 1 },
  series: [
    { name: "发病：有报卡", type: "bar", stack: "onset", itemStyle: { color: "#c0392b" }, data: axis.map((d) => withCard.get(d) ?? 0) },
    { name: "发病：无报卡", type: "bar", stack: "onset", itemStyle: { color: "#e6b0aa" }, data: axis.map((d) => without.get(d) ?? 0) },
    { name: "报卡", type: "line", step: "middle", symbol: "none", lineStyle: { color: "#7b241c", width: 1.5, type: "dashed" }, itemStyle: { color: "#7b241c" }, data: axis.map((d) => byReport.get(d) ?? 0) },
    { name: "因病缺课新增", type: "line", symbolSize: 4, connectNulls: true, lineStyle: { color: "#2471a3" }, itemStyle: { color: "#2471a3" }, data: axis.map((d) => absences.get(d) ?? null) },
  ],
});

const weeks = days(week(manifest.firstDay), manifest.lastDay).filter((d) => d === week(d));
const waves = outbreaks.filter((one) => one.disease === "流行性感冒" && one.place === "" && one.area === manifest.area);
const ofWaves = new Set(waves.map((one) => one.outbreak));
const onsets = tally(cases.filter((one) => ofWaves.has(one.outbreak)).map((one) => week(one.onset)));
draw("simulation-outbreak-influenza.svg", {
  title: title("流行性感冒：每周", waves.map((one) => `${one.first_onset.slice(0, 7)} 起 ${one.true_cases} 例`).join("，")),
  legend: { top: 58, left: 16, data: ["真实病例（流行季）", "发热门诊人次", "报告卡"] },
  xAxis: { type: "category", data: weeks, axisLabel: { formatter: (value) => value.slice(0, 7) } },
  yAxis: [
    { type: "value", name: "病例、人次" },
    { type: "value", name: "报告卡", splitLine: { show: false } },
  ],
  series: [
    { name: "真实病例（流行季）", type: "bar", barCategoryGap: "5%", itemStyle: { color: "#f0b27a" }, data: weeks.map((d) => onsets.get(d) ?? 0) },
    { name: "发热门诊人次", type: "line", symbol: "none", lineStyle: { color: "#2471a3" }, itemStyle: { color: "#2471a3" }, data: weeks.map((d) => fever.get(d) ?? 0) },
    { name: "报告卡", type: "line", yAxisIndex: 1, symbol: "none", lineStyle: { color: "#7b241c" }, itemStyle: { color: "#7b241c" }, data: weeks.map((d) => cards.get(d) ?? 0) },
  ],
});
