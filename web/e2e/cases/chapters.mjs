// A chapter of the yearbook by the department and the office, against a store with accounts.
import assert from 'node:assert/strict';
import { baseUrl, logIn, openPage, pickOption, settled } from '../browser.mjs';
import { assertAccessible, assertNoSidewaysScroll } from '../check.mjs';

const { department, office } = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');

export const chapters = [
  {
    name: 'chapters: an entry is changed with a reason for its figure, compared, passed on and returned',
    run: async (page) => {
      await logIn(page, department);
      await page.goto(`${baseUrl}/indicators/reports`);
      await settled(page);
      await page.locator('.chapter-report').click();
      await pickOption(page, '年鉴');
      await page.getByRole('button', { name: '生成初稿' }).click();
      await page.waitForSelector('.chapter-entry');
      await page.getByRole('button', { name: '修改', exact: true }).first().click();
      const text = page.locator('.chapter-editor textarea').first();
      const before = await text.inputValue();
      const [, mark, value] = /(«\d+\|)([^»]+)»/.exec(before);
      await text.fill(before.replace(`${mark}${value}»`, `${mark}4321人»`));
      const save = page.getByRole('button', { name: '保存为新版本' });
      assert.equal(await save.isDisabled(), true);
      await page.locator('.chapter-reasons input').fill('以公安年报为准');
      await assertAccessible(page);
      await save.click();
      await page.locator('.chapter-by-hand').filter({ hasText: '4321人' }).waitFor();
      await page.getByText('改动', { exact: true }).click();
      await page.locator('.chapter-changes ins').filter({ hasText: '4321' }).waitFor();
      await page.getByRole('button', { name: '报办公室核稿' }).click();
      await page.getByText('稿件现由局办公室办理').waitFor();

      const other = await openPage(page.context().browser(), { width: 390, height: 844 });
      try {
        await logIn(other, office);
        await other.goto(page.url());
        await settled(other);
        const back = other.getByRole('button', { name: '退回科室' });
        assert.equal(await back.isDisabled(), true);
        await assertNoSidewaysScroll(other);
        await other.locator('.chapter-pass input').fill('请核对人口数');
        await back.click();
        await other.getByText('稿件现由').waitFor();
      } finally {
        await other.context().close();
      }
    },
  },
];
