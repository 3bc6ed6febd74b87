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

/** Ids of a resident with a long time line and a batch with problem data, as the hub has them. */
async function examples() {
  const ask = async (path) => (await fetch(baseUrl + path)).json();
  const residents = await ask('/api/residents?ageFrom=60&size=1');
  const deliveries = await ask('/api/deliveries?size=100');
  const withProblems = deliveries.items.find(({ openProblems }) => openProblems > 0);
  return { resident: residents.items[0]?.id, delivery: (withProblems ?? deliveries.items[0])?.id };
}

const { resident, delivery } = await examples();
const shots = [
  ['cockpit-zh', '/', { ...large }],
  ['cockpit-en', '/', { ...large, language: 'en' }],
  ['cockpit-dark-en', '/', { ...large, language: 'en', theme: 'dark' }],
  ['cockpit-wall-zh', '/?wall=1', { ...large }],
  ['cockpit-laptop-zh', '/?measure=visitsPerThousand', { ...laptop }],
  ['cockpit-phone-zh', '/', { ...phone, scale: 2 }],
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
    await page.screenshot({ path: join(out, `${name}.png`) });
    await page.context().close();
    console.log(name);
  }
} finally {
  await close();
}
