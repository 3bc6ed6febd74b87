// Reported figures against a store with accounts (scripts/test-browser): an analyst and a leader.
import assert from 'node:assert/strict';
import { baseUrl, logIn, openPage, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll } from '../check.mjs';

const { analyst, leader } = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');
const expected = [/status of 40[13]/];
const address = `${baseUrl}/indicators/figures`;

async function enter(page, account, path) {
  await logIn(page, account);
  await page.goto(path);
  await settled(page);
}

const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

/** Chooses the first row and does one act. */
async function act(page, name) {
  await page.locator('.list-table tbody .ant-checkbox-input').first().check();
  await page.getByRole('button', { name }).click();
  await page.waitForSelector('.figure-results');
}

export const figures = [
  {
    name: 'figures: two accounts take a figure from the file to the public; the wrong one is refused',
    expected,
    run: async (page) => {
      await enter(page, analyst, `${address}?view=import`);
      const rows = 'indicator,unit,period,value\nhealth-literacy,%,2025,41.3\nhealth-literacy,%,2024,140\n';
      await page.locator('input[type="file"]').setInputFiles(file('report.csv', rows));
      await page.waitForSelector('.import-table');
      assert.match(await page.locator('.import-bad').innerText(), /percentage-over-100/);
      assert.equal(await page.evaluate(async () => (await (await fetch('/api/figures')).json()).total), 0);
      await assertAccessible(page);
      await page.getByRole('button', { name: '导入 1 行' }).click();
      await page.getByText('导入结果').waitFor();
      await page.goto(`${address}?state=draft`);
      await settled(page);
      await act(page, '提交 1 项');
      await page.goto(`${address}?state=submitted`);
      await settled(page);
      await page.locator('.list-table tbody .ant-checkbox-input').first().check();
      await page.getByText('所选数据的状态下没有可以办理的事项').waitFor();
      const refused = await page.evaluate(async () => {
        const { csrf } = await (await fetch('/api/session')).json();
        const body = JSON.stringify({ act: 'approve', items: [{ figure: 1, seen: 2 }] });
        return (await fetch('/api/figures/acts', { method: 'POST', headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' }, body })).status;
      });
      assert.equal(refused, 403);

      const other = await openPage(page.context().browser());
      try {
        await enter(other, leader, `${address}?state=submitted`);
        await act(other, '审核通过 1 项');
        await other.goto(`${address}?state=approved`);
        await settled(other);
        await act(other, '发布 1 项');
        await other.goto(`${address}?view=vintages&year=2025`);
        await other.waitForSelector('.vintage-table');
        assert.match(await other.locator('.vintage-table tbody').innerText(), /41\.3/);
        await other.goto(`${address}?figure=1`);
        await other.locator('.figure-history li').nth(3).waitFor();
        await assertAccessible(other);
      } finally {
        await other.context().close();
      }
    },
  },
  {
    name: 'figures: the list stands in English and on a phone',
    options: { language: 'en', width: 390, height: 844 },
    expected,
    run: async (page) => {
      await enter(page, leader, address);
      await page.waitForSelector('.figure-narrow');
      await assertEnglish(page);
      await assertNoSidewaysScroll(page);
    },
  },
];
