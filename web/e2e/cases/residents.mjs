import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { baseUrl, settled } from '../browser.mjs';
import { assertEnglish, textOf } from '../check.mjs';

const ask = async (path) => (await fetch(baseUrl + path)).json();

export const residents = [
  {
    name: 'residents: found by pinyin; time line by year; a record opens as FHIR',
    run: async (page) => {
      await page.goto(`${baseUrl}/residents`);
      await settled(page);
      await page.getByLabel('姓名、拼音或完整证件号').fill('zhang');
      await page.waitForURL(/q=zhang/);
      // characters read zhang, as surname or in a given name
      await page.waitForFunction(() => {
        const names = [...document.querySelectorAll('tbody .resident-name')];
        return names.length > 0 && names.every((cell) => /[张章彰璋樟漳长]/.test(cell.textContent));
      });
      const name = await textOf(page, 'tbody .resident-name');
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForSelector('.entry');
      assert.ok((await textOf(page, 'h1')).startsWith(name.split('\n')[0]));
      assert.match(await textOf(page, 'h1'), /内部资料 注意保密/);
      assert.equal(await page.locator('.watermark').count(), 1);
      const years = (await page.locator('.year > h3').allInnerTexts()).map(Number).filter(Boolean);
      assert.deepEqual(years, [...years].sort((one, other) => other - one));
      await page.locator('.entry').first().click();
      await page.waitForSelector('.json');
      const record = JSON.parse(await page.locator('.json').innerText());
      assert.ok(record.resourceType);
    },
  },
  {
    name: 'residents: identifiers are masked on list and page',
    run: async (page) => {
      const { items } = await ask('/api/residents?size=1');
      await page.goto(`${baseUrl}/residents/${items[0].id}`);
      await settled(page);
      const text = await page.locator('main').innerText();
      assert.match(text, /77\d\d\*{6,}\d{4}/);
      assert.doesNotMatch(text, /\b77\d{15}[\dX]\b/);
    },
  },
  {
    name: 'residents: filters of sex and age show whom they promise',
    options: { language: 'en' },
    run: async (page) => {
      await page.goto(`${baseUrl}/residents?sex=female&ageFrom=80&ageTo=90`);
      await settled(page);
      const rows = await page.locator('tbody tr[tabindex]').allInnerTexts();
      assert.ok(rows.length > 0);
      // of those who died the age at death is shown; the filter asks for the years since birth
      const living = rows.filter((row) => !row.includes('Deceased'));
      assert.ok(living.length > 0);
      for (const row of living) {
        const years = Number(/(\d+) years/.exec(row)[1]);
        assert.ok(row.includes('Female') && years >= 80 && years <= 90, row);
      }
      await assertEnglish(page);
    },
  },
  {
    name: 'residents: a kind of record filters the time line; the record downloads',
    options: { language: 'en' },
    run: async (page) => {
      const { items } = await ask('/api/residents?ageFrom=60&size=5');
      const details = await Promise.all(items.map(({ id }) => ask(`/api/residents/${id}`)));
      const detail = details.find(({ counts }) => counts.some(({ type }) => type === 'Observation'));
      const observations = detail.counts.find(({ type }) => type === 'Observation').count;
      await page.goto(`${baseUrl}/residents/${detail.id}?type=Observation`);
      await settled(page);
      await page.waitForSelector('.entry');
      assert.equal(await page.locator('.entry').count(), Math.min(100, observations));
      assert.equal(await page.locator('.entry-kind:not(.entry-Observation)').count(), 0);
      await page.locator('.entry').first().click();
      await page.waitForSelector('.json');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.panel').getByRole('button', { name: 'Download' }).click(),
      ]);
      assert.equal(JSON.parse(readFileSync(await download.path(), 'utf8')).resourceType, 'Observation');
      await assertEnglish(page);
    },
  },
  {
    name: 'residents: an unknown resident is said plainly',
    expected: [/404/],
    run: async (page) => {
      await page.goto(`${baseUrl}/residents/999999999`);
      await page.waitForSelector('.state[role=alert]');
      assert.match(await textOf(page, '.state'), /未能读取数据/);
    },
  },
];
