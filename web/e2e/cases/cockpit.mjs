import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { baseUrl, settled } from '../browser.mjs';
import { textOf } from '../check.mjs';

const board = async (query = '') => (await fetch(`${baseUrl}/api/boards/cockpit${query}`)).json();
const part = (data, kind) => data.sections.find((section) => section.kind === kind);
const grouped = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

export const cockpit = [
  {
    name: 'cockpit: key figures, plans and their statuses are those of the hub',
    run: async (page) => {
      const data = await board();
      await page.goto(baseUrl);
      await settled(page);
      const shown = await page.locator('.figure-value .num').allInnerTexts();
      assert.deepEqual(shown, part(data, 'key-figures').items.map(({ value }) => grouped(value)));
      const { plans } = part(data, 'plans');
      assert.equal(await page.locator('.plan-switch button').count(), plans.length);
      const counts = plans[0].counts;
      const legend = await page.locator('.plan-card .status-legend b').allInnerTexts();
      assert.deepEqual(legend.map(Number), [counts.met, counts.nearly, counts.missed, counts.not_decidable]);
      const marks = await page.locator('.plan-row .status-mark').allInnerTexts();
      assert.equal(marks.length, counts.met + counts.nearly + counts.missed + counts.not_decidable);
      assert.equal(marks.filter((mark) => mark.trim() === '完成').length, counts.met);
    },
  },
  {
    name: 'cockpit: every plan can be chosen and its indicators are shown',
    options: { language: 'en' },
    run: async (page) => {
      const { plans } = part(await board(), 'plans');
      await page.goto(baseUrl);
      await settled(page);
      for (const [index, plan] of plans.entries()) {
        await page.locator('.plan-switch button').nth(index).click();
        const rows = plan.fields.reduce((sum, { indicators }) => sum + indicators.length, 0);
        await page.waitForFunction((count) => document.querySelectorAll('.plan-row').length === count, rows);
      }
      assert.equal(new URL(page.url()).searchParams.get('plan'), plans.at(-1).id);
    },
  },
  {
    name: 'cockpit: a number leads to its indicator, and Back returns',
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      await page.locator('.plan-row').first().click();
      await page.waitForSelector('.indicator-detail');
      assert.match(page.url(), /\/indicators\?.*open=/);
      await page.goBack();
      await settled(page);
      assert.equal(await textOf(page, 'h1'), '驾驶舱');
    },
  },
  {
    name: 'cockpit: streets are drawn, also as a table, and download as CSV',
    run: async (page) => {
      const data = await board();
      const { rows } = part(data, 'areas');
      await page.goto(`${baseUrl}/?measure=visits`);
      await settled(page);
      await page.waitForSelector('.chart svg path');
      const card = page.locator('.card', { hasText: part(data, 'areas').title.zh }).first();
      await card.getByRole('button', { name: '以表格显示' }).click();
      await page.waitForSelector('.plain-table');
      const first = [...rows].sort((one, other) => other.visits - one.visits)[0];
      const cells = await page.locator('.plain-table tbody tr').first().locator('td').allInnerTexts();
      assert.deepEqual(cells.slice(0, 3), [first.name.zh, grouped(first.people), grouped(first.visits)]);
      const sideCard = page.locator('.card', { has: page.locator('.plain-table') });
      await sideCard.getByRole('button', { name: '下载' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.ant-dropdown-menu-item', { hasText: 'CSV' }).click(),
      ]);
      const text = readFileSync(await download.path(), 'utf8');
      assert.ok(text.startsWith('\uFEFF'), 'byte order mark missing');
      assert.equal(text.trim().split('\r\n').length, rows.length + 1);
    },
  },
  {
    name: 'cockpit: an area in the address narrows the figures',
    run: async (page) => {
      const { rows } = part(await board(), 'areas');
      const street = rows.find(({ area }) => area);
      const data = await board(`?area=${street.area}`);
      await page.goto(`${baseUrl}/?area=${street.area}`);
      await settled(page);
      const shown = await page.locator('.figure-value .num').first().innerText();
      assert.equal(shown, grouped(part(data, 'key-figures').items[0].value));
    },
  },
  {
    name: 'cockpit: the wall is dark and asks for published figures only',
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      const asked = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.keyboard.press('w');
      await page.waitForSelector('.wall-bar');
      await page.waitForSelector('.shell-wall .measure-card');
      await settled(page);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
      assert.equal(await page.locator('.fresh-list, .nav, a.figure').count(), 0);
      const other = asked.filter((path) => path.startsWith('/api/') && !/^\/api\/(published|boards\/cockpit\/wall|status|areas|events|session)/.test(path));
      assert.deepEqual(other, [], 'the wall asks for what may not be published');
      assert.ok(asked.includes('/api/published'));
      await page.keyboard.press('Escape');
      await page.waitForSelector('.nav');
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
    },
  },
];
