// Starts the system's Chromium with a fresh profile; the test tool's own browser is not used.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const baseUrl = (process.env.BASE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** A browser that is closed with everything it wrote. */
export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'health-brain-e2e-'));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
    env: { ...process.env, HOME: profile },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A page with language, theme and size set before the first paint. */
export async function openPage(browser, options = {}) {
  const { language = 'zh', theme = 'light', width = 1366, height = 768, scale = 1, bypassCSP = false } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    locale: language === 'en' ? 'en-GB' : 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    acceptDownloads: true,
    bypassCSP,
  });
  await context.addInitScript(
    ([chosenLanguage, chosenTheme]) => {
      if (window.origin === 'null') return; // a frame without an origin has no storage
      if (localStorage.getItem('health-brain.language') === null) {
        localStorage.setItem('health-brain.language', chosenLanguage);
        localStorage.setItem('health-brain.theme', chosenTheme);
      }
    },
    [language, theme],
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** A session without the log-in page, for what comes after it. */
export async function logIn(page, { name, password }) {
  const answer = await page.context().request.post(`${baseUrl}/api/session`, { data: { name, password } });
  if (!answer.ok()) throw new Error(`${name} cannot log in: ${answer.status()}`);
}

/** The page stands still: no skeleton, no running request but the live line. */
export async function settled(page) {
  await page.waitForSelector('main');
  await page.waitForFunction(
    () => document.querySelector('[aria-busy="true"]') === null && document.querySelector('main h1, .wall-bar') !== null,
  );
  await page.waitForTimeout(350); // charts draw after their bundle has come
}

/** Takes one of the options of the list that is open; a list that moved under the pointer is asked once more. */
export async function pickOption(page, label) {
  const list = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');
  await list.locator('.ant-select-item-option').filter({ hasText: label }).last().click();
  const closed = () => list.waitFor({ state: 'hidden', timeout: 2_000 });
  await closed().catch(async () => {
    await list.locator('.ant-select-item-option').filter({ hasText: label }).last().click();
    await closed();
  });
}
