import assert from 'node:assert/strict';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, textOf } from '../check.mjs';

let serial = 0;

/** A small delivery with two good people and one whose birthday never was; ids are new each time. */
function ownDelivery() {
  const mark = `e2e${Date.now().toString(36)}${serial++}`;
  const person = (id, birthDate) => ({
    resourceType: 'Patient',
    id: `${mark}-${id}`,
    name: [{ text: '测试者' }],
    gender: 'female',
    birthDate,
  });
  const lines = [person('a', '1980-05-20'), person('b', '1990-01-01'), person('c', '2020-02-30')];
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  return { name: `${mark}.ndjson`, mimeType: 'application/x-ndjson', buffer: Buffer.from(`${text}\n`) };
}

/** Uploads it in the page and opens it when it is done. */
async function uploadAndOpen(page, received) {
  const file = ownDelivery();
  await page.goto(`${baseUrl}/deliveries`);
  await settled(page);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('link', { name: received }).click();
  await page.waitForURL(/\/deliveries\/\d+/);
  await page.waitForSelector('.delivery-done', { timeout: 30_000 });
  await settled(page);
  return file;
}

const figures = (page) => page.locator('.figure-value').allInnerTexts();

async function type(page, from, to) {
  const editor = page.locator('.editor textarea');
  const text = await editor.inputValue();
  assert.ok(text.includes(from), `${from} is not in the original`);
  await editor.fill(text.replace(from, to));
}

export const deliveries = [
  {
    name: 'deliveries: upload, see the faulty line, correct it wrongly, then rightly',
    run: async (page) => {
      await uploadAndOpen(page, '已接收，查看批次');
      // accepted, duplicates, problem data, open, orphans
      assert.deepEqual(await figures(page), ['2', '0', '1', '1', '0']);
      const row = page.locator('tbody tr[tabindex]').first();
      assert.match(await row.innerText(), /birthDate/);
      await row.click();
      await page.waitForSelector('.editor');
      assert.equal(await page.locator('.editor .marked').count(), 1);
      await type(page, '2020-02-30', '2020-02-31');
      await page.getByRole('button', { name: '更正并重新校验' }).click();
      await page.waitForSelector('.faults');
      assert.match(await textOf(page, '.faults'), /birthDate/);
      await type(page, '2020-02-31', '2020-02-28');
      await page.getByRole('button', { name: '更正并重新校验' }).click();
      await page.waitForSelector('.settled-good');
      await page.waitForFunction(() => document.querySelectorAll('.figure-value')[3]?.textContent === '0');
    },
  },
  {
    name: 'deliveries: dismiss with a reason, and undo it',
    options: { language: 'en' },
    run: async (page) => {
      await uploadAndOpen(page, 'Received: see the batch');
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForSelector('.editor');
      await assertEnglish(page);
      await assertAccessible(page);
      await page.locator('.panel-acts').getByRole('button', { name: 'Dismiss' }).click();
      await page.getByLabel('Why is it dismissed?').fill('test data');
      await page.locator('.ant-popover').getByRole('button', { name: 'Dismiss' }).click();
      await page.waitForSelector('.settled');
      assert.match(await textOf(page, '.panel'), /test data/);
      await page.getByRole('button', { name: 'Undo the dismissal' }).click();
      await page.waitForSelector('.panel-acts .ant-btn-primary');
    },
  },
  {
    name: 'deliveries: the same file twice counts once',
    run: async (page) => {
      const file = await uploadAndOpen(page, '已接收，查看批次');
      const first = page.url();
      const { total } = await (await fetch(`${baseUrl}/api/deliveries`)).json();
      await page.goto(`${baseUrl}/deliveries`);
      await settled(page);
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('link', { name: '已接收，查看批次' }).click();
      await page.waitForURL(first);
      assert.deepEqual((await figures(page)).slice(0, 2), ['2', '0']);
      assert.equal((await (await fetch(`${baseUrl}/api/deliveries`)).json()).total, total);
    },
  },
  {
    name: 'deliveries: a new batch appears in the history by itself',
    run: async (page) => {
      await page.goto(`${baseUrl}/deliveries`);
      await settled(page);
      const { name, buffer } = ownDelivery();
      await fetch(`${baseUrl}/api/deliveries?name=${name}`, { method: 'POST', body: buffer });
      await page.locator('tbody tr', { hasText: name }).locator('.delivery-done').waitFor({ timeout: 20_000 });
    },
  },
  {
    name: 'deliveries: draft of a correction survives closing the panel',
    run: async (page) => {
      await uploadAndOpen(page, '已接收，查看批次');
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForSelector('.editor');
      await type(page, '2020-02-30', '2020-02-27');
      await page.locator('.panel .ant-drawer-close').click();
      await page.waitForSelector('.editor', { state: 'detached' });
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForSelector('.editor');
      assert.ok((await page.locator('.editor textarea').inputValue()).includes('2020-02-27'));
      await page.getByRole('button', { name: '恢复原文' }).click();
      assert.ok((await page.locator('.editor textarea').inputValue()).includes('2020-02-30'));
    },
  },
  {
    name: 'deliveries: problem data export as CSV',
    run: async (page) => {
      await uploadAndOpen(page, '已接收，查看批次');
      const href = await page.getByRole('link', { name: '导出 CSV' }).getAttribute('href');
      const text = await (await fetch(baseUrl + href)).text();
      assert.match(text, /birthDate/);
    },
  },
];
