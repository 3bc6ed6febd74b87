import assert from 'node:assert/strict';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll } from '../check.mjs';

const ask = async (path) => (await fetch(baseUrl + path)).json();

export const indicators = [
  {
    name: 'indicators: a status filter shows exactly these and stands in the address',
    run: async (page) => {
      const wanted = await ask('/api/indicators?status=missed&size=200');
      await page.goto(`${baseUrl}/indicators`);
      await settled(page);
      await page.locator('.chip', { hasText: '未完成' }).click();
      await page.waitForFunction(
        (count) => document.querySelectorAll('tbody tr[tabindex]').length === count,
        Math.min(wanted.total, 50),
      );
      const marks = await page.locator('tbody .status-mark').allInnerTexts();
      assert.ok(marks.every((mark) => mark.trim() === '未完成'), marks.join());
      assert.equal(new URL(page.url()).searchParams.get('status'), 'missed');
    },
  },
  {
    name: 'indicators: plan, text and sort work together; a row opens value, target, reason, basis, source',
    options: { language: 'en' },
    run: async (page) => {
      const plans = await ask('/api/plans');
      const plan = plans.items.find(({ counts }) => counts.met > 0);
      await page.goto(`${baseUrl}/indicators?plan=${plan.id}&sort=gap&order=desc`);
      await settled(page);
      const first = (await ask(`/api/indicators?plan=${plan.id}&sort=gap&order=desc`)).items[0];
      await page.locator('tbody tr[tabindex]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.indicator-detail');
      const panel = page.locator('.panel');
      const text = await panel.innerText();
      for (const part of [first.name.en, first.reason.en, first.basis.population.en, first.source.title.en]) {
        assert.ok(text.includes(part), `“${part}” is missing in the panel`);
      }
      await assertEnglish(page);
      await assertAccessible(page);
    },
  },
  {
    name: 'indicators: typed text narrows the list; nothing found says so',
    run: async (page) => {
      await page.goto(`${baseUrl}/indicators`);
      await settled(page);
      await page.getByLabel('指标名称或序号').fill('死亡率');
      await page.waitForURL(/q=/);
      await page.waitForFunction(() => {
        const names = [...document.querySelectorAll('tbody .cell-name')];
        return names.length > 0 && names.every((cell) => cell.textContent.includes('死亡率'));
      });
      await page.getByLabel('指标名称或序号').fill('没有这样的指标');
      await page.getByText('没有符合条件的指标').waitFor();
      await page.getByRole('button', { name: '清除筛选' }).click();
      await page.waitForSelector('tbody tr[tabindex]');
    },
  },
  {
    name: 'indicators: columns can be chosen and stay chosen',
    run: async (page) => {
      await page.goto(`${baseUrl}/indicators`);
      await settled(page);
      await page.getByRole('button', { name: '选择列' }).click();
      await page.getByRole('checkbox', { name: '判定原因' }).uncheck();
      await page.waitForFunction(() => ![...document.querySelectorAll('th')].some((cell) => cell.textContent === '判定原因'));
      await page.reload();
      await settled(page);
      assert.equal(await page.locator('th', { hasText: '判定原因' }).count(), 0);
    },
  },
  {
    name: 'indicators: the CSV has the filters and every row',
    run: async (page) => {
      const { total } = await ask('/api/indicators?status=met');
      await page.goto(`${baseUrl}/indicators?status=met`);
      await settled(page);
      const href = await page.getByRole('link', { name: '导出 CSV' }).getAttribute('href');
      const response = await fetch(baseUrl + href);
      const text = await response.text();
      assert.match(response.headers.get('content-disposition') ?? '', /met/);
      assert.equal(text.trim().split(/\r?\n/).length, total + 1);
    },
  },
  {
    name: 'indicators: the detail fits a phone',
    options: { width: 390, height: 844, language: 'en' },
    run: async (page) => {
      await page.goto(`${baseUrl}/indicators`);
      await settled(page);
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForSelector('.indicator-detail');
      await assertNoSidewaysScroll(page);
    },
  },
];
