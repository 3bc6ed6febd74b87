// Cards of notifiable diseases and the tuning bench: what the page shows is the hub's, and what is done is kept.
import assert from 'node:assert/strict';
import { baseUrl, pickOption, settled } from '../browser.mjs';
import { assertAccessible, assertNoSidewaysScroll, textOf } from '../check.mjs';

const ask = async (path) => (await fetch(baseUrl + path)).json();

export const cards = [
  {
    name: 'cards: the list is that of the hub; one is sent back with a reason and its life says so',
    run: async (browser) => {
      const { items, total } = await ask('/api/cards?state=waiting&size=200');
      assert.ok(total > 0, 'no card waits');
      const one = items[0];
      await browser.goto(`${baseUrl}/cards?state=waiting&open=${one.id}`);
      await settled(browser);
      assert.match(await textOf(browser, 'h1'), /传染病报告卡[\s\S]*内部资料 注意保密/);
      await browser.locator('.card-acts').getByRole('button', { name: '退卡' }).click();
      await browser.getByRole('button', { name: '提交' }).click();
      await browser.getByText('请补齐必填内容').waitFor();
      await browser.locator('.ant-modal').getByRole('combobox').first().click();
      await pickOption(browser, '现住址不详或有误');
      await browser.getByRole('button', { name: '提交' }).click();
      await browser.waitForSelector('.ant-modal', { state: 'hidden' });
      const after = await ask(`/api/cards/${one.id}`);
      assert.equal(after.state, 'returned');
      await browser.locator('.card-life').getByText('现住址不详或有误').waitFor();
      await assertAccessible(browser);
    },
  },
  {
    name: 'cards: figures lead to their cards; a phone shows the list',
    run: async (browser) => {
      const quality = await ask('/api/cards/quality');
      await browser.goto(`${baseUrl}/cards?part=figures`);
      await settled(browser);
      assert.match(await textOf(browser, '.card-quality'), new RegExp(`${quality.in_time.x} / ${quality.in_time.n}`));
      assert.ok((await browser.locator('.card-table tbody tr').count()) > 30);
      const table = await ask('/api/cards/table');
      const shown = (row) => browser.locator('.card-months tbody tr').nth(row).locator('td').allTextContents();
      await browser.getByText('分月', { exact: true }).click();
      await browser.waitForSelector('.card-months');
      for (const [at, row] of table.rows.entries())
        if (row.disease !== '' && row.months.length > 0) assert.deepEqual((await shown(at)).map((text) => Number(text.replaceAll(',', ''))), [...row.months, row.cases]);
      const sum = (await shown(0)).map((text) => Number(text.replaceAll(',', '')));
      assert.equal(sum.at(-1), table.rows[0].cases);
      assert.equal(sum.slice(0, -1).reduce((a, b) => a + b, 0), table.rows[0].cases);
      assert.equal(await browser.locator('input[type=date]').count(), 0);
      await browser.locator('.card-quality a').first().click();
      await browser.waitForURL(/fault=late/);
      await browser.setViewportSize({ width: 390, height: 844 });
      await settled(browser);
      await assertNoSidewaysScroll(browser);
    },
  },
  {
    name: 'tuning: what holds and the form to begin a run',
    run: async (browser) => {
      const tuning = await ask('/api/tuning');
      await browser.goto(`${baseUrl}/signals/tuning`);
      await settled(browser);
      assert.match(await textOf(browser, '.tuning-side'), new RegExp(`${tuning.false_discoveries}`));
      await assertAccessible(browser);
    },
  },
];
