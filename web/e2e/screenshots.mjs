// Pictures of every page for the documentation and for looking at.
// usage: BASE_URL=http://127.0.0.1:8080 node e2e/screenshots.mjs OUT-FOLDER [name part]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { baseUrl, openPage, settled, startBrowser } from './browser.mjs';

const out = process.argv[2];
if (!out) {
  console.error('screenshots: name the folder to write to');
  process.exit(2);
}
const only = process.argv[3] ?? '';
mkdirSync(out, { recursive: true });

const large = { width: 1920, height: 1080 };
const laptop = { width: 1366, height: 768 };
const phone = { width: 390, height: 844 };

const firstIndicator = async (page) => {
  await page.locator('tbody tr[tabindex]').nth(1).click();
  await page.waitForSelector('.indicator-detail');
  await page.waitForTimeout(300);
};
const firstRecord = async (page) => {
  await page.locator('.entry').first().click();
  await page.waitForSelector('.json');
  await page.waitForTimeout(300);
};
const firstProblem = async (page) => {
  await page.locator('tbody tr[tabindex]').first().click();
  await page.waitForSelector('.editor');
  await page.waitForTimeout(300);
};
const search = async (page) => {
  await page.keyboard.press('Control+k');
  await page.locator('.palette input').fill('zhang');
  await page.waitForTimeout(700);
};

/** A resident with a long time line, a batch with problem data and a computed indicator that the map shows
 *  first, as the hub has them. */
async function examples() {
  const ask = async (path) => (await fetch(baseUrl + path)).json();
  const residents = await ask('/api/residents?ageFrom=60&size=1');
  const deliveries = await ask('/api/deliveries?size=100');
  const withProblems = deliveries.items.find(({ openProblems }) => openProblems > 0);
  const board = await ask('/api/boards/cockpit');
  const map = board.sections.find(({ kind }) => kind === 'measure-map');
  return { measure: map.default, resident: residents.items[0]?.id, delivery: (withProblems ?? deliveries.items[0])?.id };
}

const { resident, delivery, measure } = await examples();
const shots = [
  ['cockpit-zh', '/', { ...large }],
  ['cockpit-en', '/', { ...large, language: 'en' }],
  ['cockpit-dark-zh', '/', { ...large, theme: 'dark' }],
  ['cockpit-dark-en', '/', { ...large, language: 'en', theme: 'dark' }],
  ['cockpit-wall-zh', '/?wall=1', { ...large }],
  ['cockpit-wall-en', '/?wall=1', { ...large, language: 'en' }],
  ['cockpit-laptop-zh', '/', { ...laptop }],
  ['cockpit-laptop-en', '/', { ...laptop, language: 'en' }],
  ['cockpit-laptop-dark-zh', '/', { ...laptop, theme: 'dark' }],
  ['cockpit-laptop-dark-en', '/', { ...laptop, language: 'en', theme: 'dark' }],
  ['cockpit-whole-zh', '/', { ...large, whole: true }],
  ['cockpit-phone-zh', '/', { ...phone, scale: 2 }],
  ['measures-zh', '/indicators/computed', { ...large }],
  ['measures-en', '/indicators/computed', { ...large, language: 'en' }],
  ['measures-dark-zh', '/indicators/computed', { ...large, theme: 'dark' }],
  ['measures-laptop-zh', '/indicators/computed', { ...laptop }],
  ['measures-laptop-en', '/indicators/computed', { ...laptop, language: 'en' }],
  ['measures-laptop-dark-en', '/indicators/computed', { ...laptop, language: 'en', theme: 'dark' }],
  ['measures-phone-en', '/indicators/computed', { ...phone, language: 'en', scale: 2 }],
  ['measure-zh', `/indicators/computed/${measure}`, { ...large, whole: true }],
  ['measure-en', `/indicators/computed/${measure}`, { ...large, language: 'en' }],
  ['measure-dark-en', `/indicators/computed/${measure}`, { ...large, language: 'en', theme: 'dark' }],
  ['measure-laptop-zh', `/indicators/computed/${measure}`, { ...laptop }],
  ['measure-laptop-en', `/indicators/computed/${measure}`, { ...laptop, language: 'en' }],
  ['measure-laptop-dark-zh', `/indicators/computed/${measure}`, { ...laptop, theme: 'dark' }],
  ['measure-phone-zh', `/indicators/computed/${measure}`, { ...phone, scale: 2 }],
  ['measure-residents-zh', `/indicators/computed/${measure}/residents?part=gap`, { ...laptop }],
  ['indicators-zh', '/indicators', { ...laptop }],
  ['indicator-detail-en', '/indicators', { ...laptop, language: 'en' }, firstIndicator],
  ['indicator-detail-dark-zh', '/indicators?status=missed', { ...large, theme: 'dark' }, firstIndicator],
  ['indicator-phone-en', '/indicators', { ...phone, language: 'en', scale: 2 }, firstIndicator],
  ['residents-zh', '/residents', { ...laptop }],
  ['residents-phone-zh', '/residents', { ...phone, scale: 2 }],
  ['resident-zh', `/residents/${resident}`, { ...large }],
  ['resident-record-en', `/residents/${resident}`, { ...laptop, language: 'en' }, firstRecord],
  ['resident-phone-en', `/residents/${resident}`, { ...phone, language: 'en', scale: 2 }],
  ['deliveries-zh', '/deliveries', { ...laptop }],
  ['deliveries-phone-zh', '/deliveries', { ...phone, scale: 2 }],
  ['delivery-en', `/deliveries/${delivery}`, { ...large, language: 'en' }],
  ['delivery-problem-zh', `/deliveries/${delivery}`, { ...laptop }, firstProblem],
  ['delivery-problem-phone-zh', `/deliveries/${delivery}`, { ...phone, scale: 2 }, firstProblem],
  ['system-zh', '/system', { ...laptop }],
  ['search-zh', '/', { ...laptop }, search],
];

const { browser, close } = await startBrowser();
try {
  for (const [name, path, options, act] of shots.filter(([name]) => name.includes(only))) {
    const page = await openPage(browser, options);
    await page.goto(baseUrl + path);
    await settled(page);
    if (act) await act(page);
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: options.whole === true });
    await page.context().close();
    console.log(name);
  }
} finally {
  await close();
}
