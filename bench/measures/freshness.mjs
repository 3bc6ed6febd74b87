// From the accepted commit to the new number, while deliveries keep coming: at a client of the event stream and in a
// browser that has the indicator's page open. BASE_URL=http://127.0.0.1:8080 node bench/measures/freshness.mjs [COUNT]
// Every second one transaction of 20 to 200 resources (people and a visit each). Prints lines of a Markdown table.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const url = process.env.BASE_URL;
const count = Number(process.argv[2] ?? 90);
const year = process.env.YEAR ?? '2025';
const every = 1000; // milliseconds between two deliveries
const patience = 60_000; // milliseconds until the last number must be there
const area = 'https://health-brain.org/fhir/StructureDefinition/area-code';
const grouped = (n) => n.toLocaleString('en-US');
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** People who live in the streets of the district, each with one visit in the last month of the year. */
function delivery(number, people) {
  const entry = [];
  for (let i = 0; i < people; i += 1) {
    const id = `fresh-${number}-${i}`;
    const street = `770101${String(1 + ((number * 7 + i) % 18)).padStart(3, '0')}`;
    entry.push({
      resource: {
        resourceType: 'Patient', id, gender: i % 2 ? 'male' : 'female', birthDate: `${1940 + ((i * 13) % 80)}-05-04`,
        name: [{ text: '新到' }], address: [{ use: 'home', extension: [{ url: area, valueCode: street }] }],
      },
      request: { method: 'PUT', url: `Patient/${id}` },
    });
    entry.push({
      resource: {
        resourceType: 'Encounter', id: `${id}-v`, status: 'finished', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
        subject: { reference: `Patient/${id}` }, period: { start: `${year}-12-${String(1 + (number % 28)).padStart(2, '0')}T09:00:00+08:00` },
      },
      request: { method: 'PUT', url: `Encounter/${id}-v` },
    });
  }
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}

async function population() {
  const answer = await fetch(`${url}/api/measures/population?period=${year}`);
  const { value } = await answer.json();
  return { value, at: Date.now() };
}

/** Calls back whenever the hub says that cells have changed. */
async function listen(onMeasures, signal) {
  const answer = await fetch(`${url}/api/events`, { signal });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body) {
    rest += decoder.decode(chunk, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop();
    for (const event of events) if (event.startsWith('event: measures')) onMeasures();
  }
}

/** What the page shows, with the time at which it began to: the element that holds `text` is watched. */
async function watchPage(context, text) {
  const page = await context.newPage();
  await page.goto(`${url}/indicators/computed/population?period=${year}`);
  await page.getByText(text, { exact: true }).first().waitFor({ timeout: 30_000 });
  await page.evaluate((shown) => {
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && node.textContent !== shown) node = walker.nextNode();
    const holder = node.parentElement;
    window.shown = [];
    let last = shown;
    new MutationObserver(() => {
      const now = holder.textContent;
      if (now !== last) window.shown.push([Date.now(), now]);
      last = now;
    }).observe(holder, { childList: true, characterData: true, subtree: true });
  }, text);
  return { read: async () => (await page.evaluate(() => window.shown)).map(([at, one]) => ({ at, value: Number(one.replaceAll(',', '')) })) };
}

const base = (await population()).value;
if (!(base > 0)) throw new Error('the store has no population');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
const page = await watchPage(await browser.newContext({ viewport: { width: 1366, height: 768 } }), grouped(base));

const seen = []; // of the event-stream client
const stop = new AbortController();
let asking = false;
let again = false;
const look = async () => {
  if (asking) { again = true; return; }
  asking = true;
  do {
    again = false;
    seen.push(await population());
  } while (again);
  asking = false;
};
const listening = listen(() => void look(), stop.signal).catch((error) => { if (error.name !== 'AbortError') throw error; });

const sent = [];
let expected = base;
const started = Date.now();
for (let number = 0; number < count; number += 1) {
  await pause(Math.max(0, started + number * every - Date.now()));
  const people = 10 + ((number * 37) % 91); // 20 to 200 resources
  const from = Date.now();
  const answer = await fetch(`${url}/fhir`, { method: 'POST', headers: { 'Content-Type': 'application/fhir+json' }, body: delivery(number, people) });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`delivery ${number}: ${answer.status} ${body.slice(0, 500)}`);
  expected += people;
  sent.push({ resources: 2 * people, took: Date.now() - from, at: Date.now(), value: expected });
}
const until = Date.now() + patience;
let shown = [];
while (Date.now() < until) {
  shown = await page.read();
  if (shown.at(-1)?.value === expected && seen.at(-1)?.value === expected) break;
  await pause(200);
}
stop.abort();
await listening;
await browser.close();
if (shown.at(-1)?.value !== expected) throw new Error(`the page shows ${shown.at(-1)?.value}, ${expected} were expected`);

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
const line = (name, views) => {
  const ms = sent.map(({ at, value }) => views.find((view) => view.value >= value).at - at).sort((a, b) => a - b);
  console.log(`| ${name} | ${ms.length} | ${quantile(ms, 0.5)} | ${quantile(ms, 0.95)} | ${quantile(ms, 0.99)} | ${ms.at(-1)} | ${ms.filter((one) => one >= 2000).length} |`);
};
line('event stream, then `GET /api/measures/population`', seen);
line('page in Chromium', shown);
const took = sent.map((one) => one.took).sort((a, b) => a - b);
console.log(`\n${count} transactions, ${sent.reduce((sum, one) => sum + one.resources, 0)} resources in ${((sent.at(-1).at - started) / 1000).toFixed(0)} s; accepted after ${quantile(took, 0.5)} ms (median), ${took.at(-1)} ms at most.`);
