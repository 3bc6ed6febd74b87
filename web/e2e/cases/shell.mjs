import assert from 'node:assert/strict';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll, textOf } from '../check.mjs';

const phone = { width: 390, height: 844 };

async function firstIds() {
  const ask = async (path) => (await fetch(baseUrl + path)).json();
  const residents = await ask('/api/residents?size=1');
  const deliveries = await ask('/api/deliveries?size=1');
  const measures = await ask('/api/measures');
  const measure = measures.items.find(({ value }) => value !== null);
  return { resident: residents.items[0].id, delivery: deliveries.items[0].id, measure: measure.id };
}

async function everyPage() {
  const { resident, delivery, measure } = await firstIds();
  return ['/', '/indicators/computed', `/indicators/computed/${measure}`, '/indicators', '/residents', `/residents/${resident}`, '/deliveries', `/deliveries/${delivery}`, '/system'];
}

async function visitAll(page, check) {
  for (const path of await everyPage()) {
    await page.goto(baseUrl + path);
    await settled(page);
    try {
      await check(page);
    } catch (error) {
      error.message = `${path}: ${error.message}`;
      throw error;
    }
  }
}

export const shell = [
  {
    name: 'shell: English leaves nothing untranslated on any page',
    options: { language: 'en' },
    run: (page) => visitAll(page, assertEnglish),
  },
  {
    name: 'shell: no page scrolls sideways on a phone, Chinese',
    options: { ...phone },
    run: (page) => visitAll(page, assertNoSidewaysScroll),
  },
  {
    name: 'shell: no page scrolls sideways on a phone, English',
    options: { ...phone, language: 'en' },
    run: (page) => visitAll(page, assertNoSidewaysScroll),
  },
  {
    name: 'shell: accessibility rules hold on every page, light',
    run: (page) => visitAll(page, assertAccessible),
  },
  {
    name: 'shell: accessibility rules hold on every page, dark',
    options: { theme: 'dark', language: 'en' },
    run: (page) => visitAll(page, assertAccessible),
  },
  {
    name: 'shell: the language switch changes the page and is remembered',
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      assert.equal(await textOf(page, 'h1'), '驾驶舱');
      await page.locator('.language').click();
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Cockpit');
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
      await assertEnglish(page);
      await page.reload();
      await settled(page);
      assert.equal(await textOf(page, 'h1'), 'Cockpit');
    },
  },
  {
    name: 'shell: a simulated store says so on every page',
    run: async (page) => {
      const { store } = await (await fetch(`${baseUrl}/api/status`)).json();
      await visitAll(page, async () => {
        assert.equal(await page.locator('.simulated').count(), store.simulated ? 1 : 0);
      });
    },
  },
  {
    name: 'shell: area and period hold on every page and stand in the address',
    run: async (page) => {
      const { items } = await (await fetch(`${baseUrl}/api/areas`)).json();
      const street = items.find(({ level }) => level === 'street');
      await page.goto(`${baseUrl}/?area=${street.code}&period=2025-Q3`);
      await settled(page);
      await page.getByRole('link', { name: '居民档案' }).first().click();
      await settled(page);
      const address = new URL(page.url());
      assert.equal(address.pathname, '/residents');
      assert.equal(address.searchParams.get('area'), street.code);
      assert.equal(address.searchParams.get('period'), '2025-Q3');
      assert.match(await textOf(page, '.period-value'), /2025年第3季度/);
      assert.match(await textOf(page, '.area-picker'), new RegExp(street.name.zh));
    },
  },
  {
    name: 'shell: by keyboard alone to a page, a search hit and the help',
    options: { language: 'en' },
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      await page.keyboard.press('g');
      await page.keyboard.press('i');
      await page.waitForURL('**/indicators/computed*');
      await settled(page);
      await page.keyboard.press('Control+k');
      await page.waitForSelector('.palette input:focus');
      await page.keyboard.type('life expectancy');
      await page.waitForSelector('.palette li:has-text("ife expectancy")');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/indicators/computed/life-expectancy*');
      await settled(page);
      await page.locator('h1').click();
      await page.keyboard.press('?');
      await page.waitForSelector('.help-pages');
      await page.keyboard.press('Escape');
    },
  },
  {
    name: 'shell: the skip link is the first stop of the Tab key',
    run: async (page) => {
      await page.goto(`${baseUrl}/system`);
      await settled(page);
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('href')), '#main');
    },
  },
  {
    name: 'shell: an unknown address says so and leads back',
    run: async (page) => {
      await page.goto(`${baseUrl}/nowhere`);
      await page.waitForSelector('[role=alert]');
      assert.equal(await textOf(page, 'h1'), '没有这个页面');
      await page.getByRole('button', { name: '回到驾驶舱' }).click();
      await settled(page);
      assert.equal(await textOf(page, 'h1'), '驾驶舱');
    },
  },
  {
    name: 'shell: a hub that does not answer is said with what to do, and retry recovers',
    expected: [/Failed to load resource/, /ERR_/],
    run: async (page) => {
      await page.route('**/api/indicators*', (route) => route.abort());
      await page.goto(`${baseUrl}/indicators`);
      await page.waitForSelector('.state[role=alert]', { timeout: 20_000 });
      assert.match(await textOf(page, '.state'), /服务没有应答/);
      await page.unroute('**/api/indicators*');
      await page.getByRole('button', { name: '重试' }).click();
      await page.waitForSelector('tbody tr[tabindex]');
    },
  },
  {
    name: 'shell: first paint within a second',
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      const paint = await page.evaluate(
        () => performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint')?.startTime,
      );
      assert.ok(paint > 0 && paint < 1000, `first contentful paint after ${paint} ms`);
    },
  },
];
