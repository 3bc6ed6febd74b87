import assert from 'node:assert/strict';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll } from '../check.mjs';

const ask = async (path) => (await fetch(baseUrl + path)).json();

export const plans = [
  {
    name: 'plans: the assessment shows every row of the plan with the statuses of the hub',
    run: async (page) => {
      const plan = 'plan-14-5-gongshu-2025';
      const found = await ask(`/api/plans/${plan}/assessment?year=2025`);
      await page.goto(`${baseUrl}/indicators/plans?plan=${plan}&year=2025`);
      await settled(page);
      await page.waitForSelector('.assess-table');
      assert.equal(await page.locator('.assess-table tbody tr').count(), found.rows.length);
      const marks = await page.locator('.assess-table .status-mark').allInnerTexts();
      assert.equal(marks.filter((mark) => mark.trim() === '完成').length, found.met);
      await assertAccessible(page);
    },
  },
  {
    name: 'plans: figures to check are listed in neutral words, in English and on a phone',
    options: { language: 'en', viewport: { width: 390, height: 844 } },
    run: async (page) => {
      const found = await ask('/api/plan-check');
      await page.goto(`${baseUrl}/indicators/plan-check`);
      await settled(page);
      await page.waitForSelector('.check-table');
      assert.equal(await page.locator('.check-table tbody tr').count(), found.items.length);
      assert.ok((await page.locator('.reading').allInnerTexts()).includes('probably a misprint'));
      await assertEnglish(page);
      await assertNoSidewaysScroll(page);
    },
  },
  {
    name: 'measures: path to the target, funnel and who closes the gap stand on the page',
    run: async (page) => {
      const list = await ask('/api/measures');
      const one = list.items.find(({ id, value }) => id === 'hypertension-by-rules' && value !== null);
      if (!one) return; // a store without such patients
      await page.goto(`${baseUrl}/indicators/computed/${one.id}`);
      await settled(page);
      await page.getByRole('heading', { name: '漏斗图比较' }).waitFor();
      await page.getByRole('heading', { name: '目标路径与预测' }).waitFor();
      const compare = await ask(`/api/measures/${one.id}/compare`);
      const rows = page.locator('section', { hasText: '按统计学判定' }).last().locator('tbody tr');
      assert.equal(await rows.count(), compare.rows.length);
      await assertAccessible(page);
    },
  },
];
