import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll, textOf } from '../check.mjs';

const ask = async (path) => {
  const response = await fetch(baseUrl + path);
  assert.ok(response.ok, `${path}: ${response.status}`);
  return response.json();
};
const fixed = (value, decimals) =>
  value === null ? '–' : value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const words = { met: '完成', nearly: '基本完成', missed: '未完成', not_decidable: '暂无法判定' };
const withTarget = (items, status) => items.filter((item) => item.target && item.status === status);

/** A computed indicator with values in the streets and people who are not reached. */
async function example() {
  const { items } = await ask('/api/measures');
  for (const { id, method, numerator, denominator } of items) {
    if (method !== 'proportion' || !(numerator > 0 && numerator < denominator)) continue;
    const detail = await ask(`/api/measures/${id}`);
    if (detail.has_list) return detail;
  }
  throw new Error('no computed indicator with a list of people in this store');
}

export const measures = [
  {
    name: 'measures: the cockpit says how many targets are reached, and its cards are those of the hub',
    run: async (page) => {
      const { items } = await ask('/api/measures');
      const board = await ask('/api/boards/cockpit');
      const { measures: ids } = board.sections.find(({ kind }) => kind === 'measure-cards');
      await page.goto(baseUrl);
      await settled(page);
      const shown = await page.locator('.verdict .status-legend b').allInnerTexts();
      assert.deepEqual(shown.map(Number), Object.keys(words).map((status) => withTarget(items, status).length));
      const cards = await page.locator('.measure-card').evaluateAll((all) =>
        all.map((card) => [card.querySelector('.measure-name').textContent, card.querySelector('.measure-value .num').textContent]),
      );
      const wanted = ids.map((id) => items.find((item) => item.id === id)).map(({ title, value, decimals }) => [title.zh, fixed(value, decimals)]);
      assert.deepEqual(cards, wanted);
      const marks = await page.locator('.measure-card .status-mark').allInnerTexts();
      assert.deepEqual(
        marks.map((mark) => mark.trim()),
        ids.map((id) => items.find((item) => item.id === id)).filter(({ target, status }) => target && status).map(({ status }) => words[status]),
      );
    },
  },
  {
    name: 'measures: another indicator on the map, its streets as a table with intervals and fractions',
    run: async (page) => {
      const board = await ask('/api/boards/cockpit');
      const { measures: ids, default: first } = board.sections.find(({ kind }) => kind === 'measure-map');
      const { items } = await ask('/api/measures');
      const other = items.find(({ id, value, method }) => id !== first && ids.includes(id) && value !== null && method === 'proportion');
      const { rows } = await ask(`/api/measures/${other.id}/cells?by=area`);
      await page.goto(baseUrl);
      await settled(page);
      await page.locator('.measure-pick').click();
      await page.locator('.ant-select-item-option', { hasText: other.title.zh }).first().click();
      await page.waitForURL(new RegExp(`show=${other.id}`));
      await settled(page);
      const card = page.locator('.streets .card').first();
      await card.getByRole('button', { name: '以表格显示' }).click();
      const cells = await card.locator('tbody tr').first().locator('td').allInnerTexts();
      const best = rows.filter(({ key }) => key !== '').sort((one, other) => (other.value ?? -1) - (one.value ?? -1))[0];
      const grouped = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
      assert.deepEqual(cells, [best.name.zh, ...[best.value, best.lower, best.upper, best.numerator, best.denominator].map(grouped)]);
    },
  },
  {
    name: 'measures: a click on the map goes into a street, a card to its indicator, and Back returns',
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      await page.waitForSelector('.streets .card:first-child .chart svg path');
      const chart = page.locator('.streets .card').first().locator('.chart');
      await chart.scrollIntoViewIfNeeded();
      const box = await chart.boundingBox();
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForURL(/area=\d{9}/);
      await settled(page);
      const name = await textOf(page, '.measure-name');
      await page.locator('.measure-card').first().click();
      await page.waitForURL(/\/indicators\/computed\/[a-z0-9-]+\?area=\d{9}/);
      await settled(page);
      assert.equal(await textOf(page, 'h1'), name);
      await page.goBack();
      await settled(page);
      assert.equal(await textOf(page, 'h1'), '驾驶舱');
    },
  },
  {
    name: 'measures: the list shows every indicator; a status narrows it and the CSV has what is shown',
    run: async (page) => {
      const { items } = await ask('/api/measures');
      await page.goto(`${baseUrl}/indicators/computed`);
      await settled(page);
      assert.equal(await page.locator('.measure-row').count(), items.length);
      const status = Object.keys(words).find((one) => withTarget(items, one).length > 0);
      const wanted = withTarget(items, status);
      await page.locator('.chip', { hasText: new RegExp(`^\\s*${words[status]}`) }).click();
      await page.waitForFunction((count) => document.querySelectorAll('.measure-row').length === count, wanted.length);
      assert.equal(new URL(page.url()).searchParams.get('status'), status);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 CSV' }).click()]);
      assert.ok(download.suggestedFilename().includes(status), download.suggestedFilename());
      const lines = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
      assert.equal(lines.length, wanted.length + 1);
      for (const { title } of wanted) assert.ok(lines.some((line) => line.includes(title.zh)), title.zh);
    },
  },
  {
    name: 'measures: typed text narrows the list; nothing found says so and is undone',
    run: async (page) => {
      await page.goto(`${baseUrl}/indicators/computed`);
      await settled(page);
      await page.getByLabel('指标名称').fill('接种率');
      await page.waitForURL(/q=/);
      await page.waitForFunction(() => {
        const rows = [...document.querySelectorAll('.measure-row th')];
        return rows.length > 0 && rows.every((row) => row.textContent.includes('接种率'));
      });
      await page.getByLabel('指标名称').fill('没有这样的指标');
      await page.getByText('没有符合条件的指标').waitFor();
      await page.getByRole('button', { name: '清除筛选' }).click();
      await page.waitForSelector('.measure-row');
    },
  },
  {
    name: 'measures: the detail has value, fraction, basis, source, reported values and SQL; in English',
    options: { language: 'en' },
    run: async (page) => {
      const one = await example();
      await page.goto(`${baseUrl}/indicators/computed/${one.id}`);
      await settled(page);
      assert.equal(await textOf(page, 'h1'), one.title.en);
      assert.ok((await textOf(page, '.measure-head .measure-value')).startsWith(fixed(one.value, one.decimals)));
      const text = await page.locator('main').innerText();
      const grouped = (value) => value.toLocaleString('en-US');
      for (const part of [`${grouped(one.numerator)} / ${grouped(one.denominator)}`, one.numerator_name.en, one.basis.population.en, one.source.title.en]) {
        assert.ok(text.includes(part), `“${part}” is missing on the page`);
      }
      for (const { plan } of one.reported) assert.ok(text.includes(plan.en ?? plan), 'a reported value is missing');
      await page.locator('.measure-sql summary').click();
      assert.equal((await page.locator('.measure-sql pre').first().innerText()).trim(), one.sql.numerator.trim());
      await assertEnglish(page);
      await assertAccessible(page);
    },
  },
  {
    name: 'measures: the CSV of the streets has one line for each',
    run: async (page) => {
      const one = await example();
      const { rows } = await ask(`/api/measures/${one.id}/cells?by=area`);
      await page.goto(`${baseUrl}/indicators/computed/${one.id}`);
      await settled(page);
      const href = await page.getByRole('link', { name: '导出 CSV' }).getAttribute('href');
      const text = await (await fetch(baseUrl + href)).text();
      assert.equal(text.trim().split(/\r?\n/).length, rows.length + 1);
    },
  },
  {
    name: 'measures: from the number to the residents not reached, marked as internal, and to one record',
    run: async (page) => {
      const one = await example();
      await page.goto(`${baseUrl}/indicators/computed/${one.id}`);
      await settled(page);
      await page.getByRole('link', { name: '未达到的居民' }).click();
      await page.waitForURL(/residents\?part=gap/);
      await settled(page);
      assert.equal(await page.locator('.watermark').count(), 1);
      assert.match(await textOf(page, 'h1'), /未达到的居民[\s\S]*内部资料 注意保密/);
      const { total, items } = await ask(`/api/measures/${one.id}/residents?part=gap&offset=0&limit=50`);
      assert.equal(await page.locator('tbody tr[tabindex]').count(), Math.min(total, 50));
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForURL(new RegExp(`/residents/${items[0].id}`));
    },
  },
  {
    name: 'measures: an unknown indicator says so',
    expected: [/Failed to load resource/],
    run: async (page) => {
      await page.goto(`${baseUrl}/indicators/computed/none`);
      await page.waitForSelector('.state[role=alert]');
      assert.match(await textOf(page, '.state'), /未能读取数据/);
    },
  },
  {
    name: 'measures: when the hub does not answer the rest of the cockpit stands, and retry recovers',
    expected: [/Failed to load resource/, /ERR_/],
    run: async (page) => {
      await page.route('**/api/measures*', (route) => route.abort());
      await page.goto(baseUrl);
      await page.waitForSelector('.state[role=alert]', { timeout: 20_000 });
      await page.waitForSelector('.plan-row');
      assert.match(await textOf(page, '.state'), /服务没有应答/);
      await page.unroute('**/api/measures*');
      await page.getByRole('button', { name: '重试' }).click();
      await page.waitForSelector('.measure-card');
    },
  },
  {
    name: 'measures: the wall fits one screen, shows what was published and says 未发布 of the rest',
    options: { width: 1920, height: 1080 },
    run: async (page) => {
      await page.goto(`${baseUrl}/?wall=1`);
      await settled(page);
      await page.waitForSelector('.measure-card');
      const { content, window } = await page.evaluate(() => ({
        content: document.documentElement.scrollHeight,
        window: document.documentElement.clientHeight,
      }));
      assert.ok(content <= window, `the wall is ${content} pixels high in a window of ${window}`);
      assert.equal(await page.locator('.weeks-card, .key-figures').count(), 0);
      const list = await ask('/api/published');
      const cards = (await ask('/api/boards/cockpit/wall')).sections.find(({ kind }) => kind === 'measure-cards').measures;
      const shown = await page.locator('.measure-card .measure-value').allInnerTexts();
      assert.equal(shown.length, cards.length);
      cards.forEach((id, i) => {
        const item = list.items.find((one) => one.id === id);
        if (item.value === null) assert.equal(shown[i], '未发布');
        else assert.ok(shown[i].startsWith(fixed(item.value, item.decimals)), `${id}: ${shown[i]} is not ${item.value}`);
      });
      assert.ok(list.items.some(({ value }) => value !== null), 'nothing is published');
      // a year of which nothing is published
      await page.goto(`${baseUrl}/?wall=1&period=2023`);
      await settled(page);
      await page.getByText('该统计期没有已发布的数据').waitFor();
      assert.ok((await page.locator('.measure-card .measure-value').allInnerTexts()).every((text) => text === '未发布'));
    },
  },
  {
    name: 'measures: an index shows its components and what each adds',
    run: async (page) => {
      const index = await ask('/api/measures/public-health-services-index');
      await page.goto(`${baseUrl}/indicators/computed/${index.id}`);
      await settled(page);
      const parts = page.locator('.measure-parts tbody tr');
      assert.equal(await parts.count(), index.derivation.parts.length);
      const shown = await page.locator('.part-share .num').allInnerTexts();
      assert.deepEqual(shown, index.derivation.parts.map(({ contribution }) => (contribution === null ? '–' : contribution.toFixed(index.decimals))));
      await assertAccessible(page);
    },
  },
  {
    name: 'measures: institutions and teams are compared where the indicator names them',
    run: async (page) => {
      const compare = await ask('/api/measures/elderly-management/compare?by=team');
      await page.goto(`${baseUrl}/indicators/computed/elderly-management?by=institution`);
      await settled(page);
      await page.locator('.compare-sides').getByText('家医团队').click();
      await page.waitForURL(/by=team/);
      await settled(page);
      assert.equal(await page.locator('section', { hasText: '按统计学判定' }).last().locator('tbody tr').count(), compare.rows.length);
    },
  },
  {
    name: 'measures: list and detail fit a phone',
    options: { width: 390, height: 844, language: 'en' },
    run: async (page) => {
      const one = await example();
      for (const path of ['/indicators/computed', `/indicators/computed/${one.id}`, `/indicators/computed/${one.id}/residents?part=gap`]) {
        await page.goto(baseUrl + path);
        await settled(page);
        await assertNoSidewaysScroll(page);
      }
    },
  },
];
