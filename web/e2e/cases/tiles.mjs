import assert from 'node:assert/strict';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible } from '../check.mjs';

export const tiles = [
  {
    name: 'cockpit: tiles are added, made wider, saved, and the scene comes back',
    run: async (page) => {
      const now = async () => (await fetch(`${baseUrl}/api/boards/cockpit/tiles`)).json();
      const before = await now();
      await page.goto(baseUrl);
      await settled(page);
      await page.getByRole('button', { name: '编排看板' }).click();
      await page.locator('.tile-measure').click();
      await page.keyboard.type('签约率');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: '添加' }).click();
      await page.waitForSelector('.tile-edited');
      await page.getByRole('button', { name: /^加宽/ }).first().click();
      await assertAccessible(page);
      await page.getByRole('button', { name: '保存为新版本' }).click();
      await page.locator('.ant-message-success').waitFor();
      const saved = await now();
      assert.equal(saved.newest, before.newest + 1);
      assert.equal(saved.tiles.length, before.tiles.length + 1);
      assert.equal(saved.tiles.at(-1).width, 4);
      await page.getByRole('button', { name: '编排看板' }).click();
      await page.getByRole('button', { name: '恢复场景设置' }).click();
      await page.waitForFunction(() => document.querySelector('.tile-editor') === null);
      assert.equal((await now()).of_scene, true);
    },
  },
  {
    name: 'cockpit: the wall rotates its indicators',
    options: { width: 1920, height: 1080 },
    run: async (page) => {
      await page.goto(`${baseUrl}/?wall=1&rotate=1`);
      await settled(page);
      await page.waitForFunction(() => new URL(location.href).searchParams.has('show'));
      assert.equal(await page.getByRole('button', { name: '自动轮播指标' }).getAttribute('aria-pressed'), 'true');
    },
  },
];
