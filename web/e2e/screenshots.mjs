// Pictures of every page for the documentation and for looking at.
// usage: BASE_URL=http://127.0.0.1:8080 node e2e/screenshots.mjs OUT-FOLDER [name part]
// With HB_ACCOUNTS={"admin":{"name":…,"password":…},"auditor":…,"doctor":…} the store has accounts: then the pages that
// need a reader of their own are taken, else all others.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { baseUrl, logIn, openPage, settled, startBrowser } from './browser.mjs';

const out = process.argv[2];
if (!out) {
  console.error('screenshots: name the folder to write to');
  process.exit(2);
}
const only = process.argv[3] ?? '';
mkdirSync(out, { recursive: true });

const large = { width: 1920, height: 1080 };
const four = { width: 3840, height: 2160 };
const laptop = { width: 1366, height: 768 };
const desk = { width: 1440, height: 900 };
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

const accounts = process.env.HB_ACCOUNTS ? JSON.parse(process.env.HB_ACCOUNTS) : null;

const panel = (selector) => async (page) => {
  await page.locator(selector).first().click();
  await page.waitForSelector('.panel');
  await page.waitForTimeout(500);
};
const chainChecked = async (page) => {
  await page.locator('.chain button').click();
  await page.waitForSelector('.chain-sound, .chain .text-missed');
};
const near = async (page) => {
  await page.locator('.near-table').scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
};
const newAccount = async (page) => {
  await page.locator('.page-acts button').click();
  await page.waitForSelector('.panel-form');
  await page.locator('.panel-form input').first().fill('xu.yan');
  await page.locator('.panel-form .ant-select').first().click();
  await page.locator('.ant-select-item-option').nth(1).click();
  await page.keyboard.press('Escape');
  await page.waitForTimeout(600);
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
  const signals = await ask('/api/signals?size=50');
  const signal = signals.items?.find(({ disease, lane }) => disease === 'influenza' || (disease && lane === 'ranked')) ?? signals.items?.[0];
  return { signal: signal?.id ?? '', measure: map.default, resident: residents.items[0]?.id, delivery: (withProblems ?? deliveries.items[0])?.id };
}

const ownShots = [
  ['users-zh', '/system/users', { ...laptop, as: 'admin' }],
  ['users-en', '/system/users', { ...laptop, as: 'admin', language: 'en' }],
  ['users-dark-zh', '/system/users', { ...laptop, as: 'admin', theme: 'dark' }],
  ['users-phone-zh', '/system/users', { ...phone, as: 'admin', scale: 2 }],
  ['user-zh', '/system/users', { ...laptop, as: 'admin' }, panel('tbody tr[tabindex] >> nth=2')],
  ['user-phone-en', '/system/users', { ...phone, as: 'admin', language: 'en', scale: 2 }, panel('tbody tr[tabindex] >> nth=2')],
  ['user-new-en', '/system/users', { ...laptop, as: 'admin', language: 'en' }, newAccount],
  ['user-new-dark-zh', '/system/users', { ...laptop, as: 'admin', theme: 'dark' }, newAccount],
  ['audit-zh', '/system/audit', { ...laptop, as: 'auditor' }, chainChecked],
  ['audit-en', '/system/audit', { ...laptop, as: 'auditor', language: 'en' }],
  ['audit-dark-zh', '/system/audit', { ...laptop, as: 'auditor', theme: 'dark' }],
  ['audit-phone-zh', '/system/audit', { ...phone, as: 'auditor', scale: 2 }],
  ['audit-none-en', '/system/audit?user=nobody', { ...laptop, as: 'auditor', language: 'en' }],
  ['policy-zh', '/system/policy', { ...laptop, as: 'admin' }],
  ['policy-en', '/system/policy?role=nurse', { ...laptop, as: 'admin', language: 'en' }],
  ['policy-dark-zh', '/system/policy?role=general-practitioner', { ...laptop, as: 'admin', theme: 'dark' }],
  ['policy-fields-zh', '/system/policy?view=fields', { ...laptop, as: 'admin' }],
  ['policy-fields-en', '/system/policy?view=fields', { ...laptop, as: 'admin', language: 'en' }],
  ['policy-permissions-dark-en', '/system/policy?view=permissions', { ...laptop, as: 'admin', language: 'en', theme: 'dark' }],
  ['policy-phone-zh', '/system/policy', { ...phone, as: 'admin', scale: 2 }],
  ['policy-fields-phone-zh', '/system/policy?view=fields', { ...phone, as: 'admin', scale: 2 }],
  ['break-glass-zh', '/system/break-glass', { ...laptop, as: 'auditor' }],
  ['break-glass-review-en', '/system/break-glass', { ...laptop, as: 'auditor', language: 'en' }, panel('tbody tr[tabindex]')],
  ['break-glass-dark-zh', '/system/break-glass', { ...laptop, as: 'auditor', theme: 'dark' }],
  ['break-glass-phone-zh', '/system/break-glass', { ...phone, as: 'auditor', scale: 2 }],
  ['break-glass-banner-zh', '/residents/1', { ...laptop, as: 'ward' }],
  ['break-glass-ask-en', '/residents/2', { ...laptop, as: 'ward', language: 'en' }, async (page) => {
    await page.getByRole('button', { name: 'Break-glass' }).click();
    await page.waitForSelector('.emergency-form');
    await page.waitForTimeout(400);
  }],
  ['unrelated-zh', '/system/unrelated', { ...laptop, as: 'auditor' }],
  ['unrelated-en', '/system/unrelated', { ...laptop, as: 'auditor', language: 'en' }],
  ['unrelated-phone-zh', '/system/unrelated', { ...phone, as: 'auditor', scale: 2 }],
  ['account-zh', '/account', { ...laptop, as: 'doctor' }],
];

const { resident, delivery, measure, signal } = accounts ? {} : await examples();
const shots = accounts ? ownShots : [
  ['cockpit-zh', '/', { ...large }],
  ['cockpit-en', '/', { ...large, language: 'en' }],
  ['cockpit-dark-zh', '/', { ...large, theme: 'dark' }],
  ['cockpit-dark-en', '/', { ...large, language: 'en', theme: 'dark' }],
  ['cockpit-wall-zh', '/?wall=1', { ...large }],
  ['cockpit-wall-en', '/?wall=1', { ...large, language: 'en' }],
  ['cockpit-wall-4k-zh', '/?wall=1', { ...four }],
  ['cockpit-wall-tiles-zh', '/?wall=1&screen=tiles', { ...large }],
  ['cockpit-wall-tiles-4k-en', '/?wall=1&screen=tiles', { ...four, language: 'en' }],
  ['cockpit-wall-unpublished-zh', '/?wall=1&period=2023', { ...large }],
  ['cockpit-laptop-zh', '/', { ...laptop }],
  ['cockpit-laptop-en', '/', { ...laptop, language: 'en' }],
  ['cockpit-laptop-dark-zh', '/', { ...laptop, theme: 'dark' }],
  ['cockpit-laptop-dark-en', '/', { ...laptop, language: 'en', theme: 'dark' }],
  ['cockpit-whole-zh', '/', { ...large, whole: true }],
  ['cockpit-phone-zh', '/', { ...phone, scale: 2 }],
  ['measures-zh', '/indicators/computed', { ...large }],
  ['plan-assessment-zh', '/indicators/plans', { ...laptop }],
  ['plan-assessment-phone-en', '/indicators/plans', { ...phone, language: 'en', scale: 2 }],
  ['plan-check-zh', '/indicators/plan-check', { ...laptop }],
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
  ['signals-zh', `/signals?state=all&open=${signal}`, { ...desk }],
  ['signals-dark-en', `/signals?state=all&open=${signal}`, { ...desk, language: 'en', theme: 'dark' }],
  ['signals-cases-zh', `/signals?state=all&open=${signal}&part=cases`, { ...desk }],
  ['signals-map-zh', `/signals?state=all&open=${signal}&part=map`, { ...desk }],
  ['signals-compare-en', `/signals?state=all&open=${signal}&part=compare`, { ...desk, language: 'en' }],
  ['signals-tempo-zh', `/signals?state=all&open=${signal}&part=tempo`, { ...desk }],
  ['signals-near-zh', `/signals?state=all&open=${signal}&part=map`, { ...desk }, near],
  ['signals-near-dark-en', `/signals?state=all&open=${signal}&part=map`, { ...desk, language: 'en', theme: 'dark' }, near],
  ['signals-near-phone-zh', `/signals?state=all&open=${signal}&part=map`, { ...phone, scale: 2 }, near],
  ['signals-log-dark-en', `/signals?state=all&open=${signal}&part=log`, { ...desk, language: 'en', theme: 'dark' }],
  ['cards-months-zh', '/cards?part=figures&view=months', { ...desk }],
  ['cards-figures-dark-en', '/cards?part=figures', { ...desk, language: 'en', theme: 'dark' }],
  ['cards-months-phone-zh', '/cards?part=figures&view=months', { ...phone, scale: 2 }],
  ['tuning-zh', '/signals/tuning', { ...desk }],
  ['signals-log-zh', `/signals?state=all&open=${signal}&part=log`, { ...desk }],
  ['signals-verify-zh', `/signals?state=all&open=${signal}`, { ...desk }, async (page) => {
    await page.keyboard.press('v');
    await page.waitForTimeout(700);
  }],
  ['signals-phone-zh', '/signals?state=all', { ...phone, scale: 2 }],
  ['system-zh', '/system', { ...laptop }],
  ['search-zh', '/', { ...laptop }, search],
];

const { browser, close } = await startBrowser();
try {
  for (const [name, path, options, act] of shots.filter(([name]) => name.includes(only))) {
    const page = await openPage(browser, options);
    if (options.as) await logIn(page, accounts[options.as]);
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
