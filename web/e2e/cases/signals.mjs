// The early-warning workbench: what the hub kept is what the page shows, and what is decided is kept.
import assert from 'node:assert/strict';
import { baseUrl, pickOption, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll, textOf } from '../check.mjs';

const ask = async (path) => (await fetch(baseUrl + path)).json();
const page = (id, part) => `${baseUrl}/signals?state=all${id ? `&open=${id}` : ''}${part ? `&part=${part}` : ''}`;

/** Signals in the order of their rank; the store for the tests has some (scripts/test-browser). */
async function kept() {
  const { items } = await ask('/api/signals?size=200');
  assert.ok(items.length > 2, 'the store has no kept signals: healthbrain watch replay --keep');
  return items;
}
const raised = async () => (await kept()).find(({ state }) => state === 'raised');
/** A signal of cards, whose cases can be listed. */
const withCases = async () => {
  const items = await kept();
  return items.find(({ streams, disease }) => disease && streams.some(({ kind }) => kind === 'cases')) ?? items[0];
};

export const signals = [
  {
    name: 'signals: the list is that of the hub, internal, marked; j, k and v work',
    run: async (browser) => {
      const items = await kept();
      await browser.goto(page());
      await settled(browser);
      assert.match(await textOf(browser, 'h1'), /预警工作台[\s\S]*内部资料 注意保密/);
      assert.equal(await browser.locator('.watermark').count(), 1);
      const shown = await browser.locator('.signal-row').evaluateAll((rows) => rows.map(({ id }) => id));
      assert.deepEqual(shown, items.map(({ id }) => `signal-${id}`));
      await browser.keyboard.press('j');
      await browser.waitForURL(new RegExp(`open=${items[0].id}`));
      await browser.keyboard.press('j');
      await browser.waitForURL(new RegExp(`open=${items[1].id}`));
      await browser.keyboard.press('k');
      await browser.waitForURL(new RegExp(`open=${items[0].id}`));
      await settled(browser);
      await browser.keyboard.press('v');
      await browser.waitForSelector('.ant-modal');
      await browser.keyboard.press('Escape');
      await browser.waitForSelector('.ant-modal', { state: 'hidden' });
    },
  },
  {
    name: 'signals: the curve with its numbers, the cases with persons, the map, methods, tempo and log',
    run: async (browser) => {
      const one = await withCases();
      await browser.goto(page(one.id));
      await settled(browser);
      const { curves, nearest } = await ask(`/api/signals/${one.id}/series`);
      assert.equal(await browser.locator('.signal-chart').count(), curves.length);
      await browser.waitForSelector('.signal-chart .chart svg path', { state: 'attached' });
      await browser.locator('.signal-chart').first().getByRole('button', { name: '以表格显示' }).click();
      assert.equal(await browser.locator('.signal-chart').first().locator('tbody tr').count(), curves[0].days.length);
      const cases = await ask(`/api/signals/${one.id}/line-list?size=20`);
      await browser.getByRole('tab', { name: '个案' }).click();
      await settled(browser);
      assert.equal(await browser.locator('.signal-panel tbody tr.ant-table-row').count(), cases.items.length);
      await browser.getByRole('tab', { name: '地图' }).click();
      await browser.waitForSelector('.signal-chart .chart svg path', { state: 'attached' });
      assert.ok(nearest.length > 1 && nearest[0].area === one.area);
      assert.equal(await browser.locator('.near-table tbody tr').count(), nearest.length);
      const compared = await ask(`/api/signals/${one.id}/compare`);
      await browser.getByRole('tab', { name: '方法比较' }).click();
      await browser.waitForSelector('.methods');
      assert.equal(await browser.locator('.methods tbody tr').count(), compared.methods.length);
      await browser.getByRole('tab', { name: '记录' }).click();
      await browser.waitForSelector('.signal-log');
      assert.equal(await browser.locator('.signal-log li').count(), one.events);
      const { past } = await ask(`/api/signals/${one.id}`);
      assert.equal(await browser.locator('.signal-past .signal-why').count(), past.length);
    },
  },
  {
    name: 'signals: verified with way and reason; what is missing is said; it is kept and counted, and opened again',
    run: async (browser) => {
      const one = await raised();
      const before = await ask('/api/signals/quality');
      await browser.goto(page(one.id));
      await settled(browser);
      await browser.locator('.signal-panel').getByRole('button', { name: '核实' }).click();
      await browser.getByRole('button', { name: '提交' }).click();
      await browser.getByText('请选择核实方式、结果').waitFor();
      await browser.getByRole('radio', { name: '电话' }).check();
      await browser.getByRole('radio', { name: '排除' }).check();
      await browser.getByRole('combobox', { name: '排除原因' }).click();
      await pickOption(browser, '集中补报');
      await browser.getByRole('button', { name: '提交' }).click();
      await browser.waitForSelector('.ant-modal', { state: 'hidden' });
      const after = await ask(`/api/signals/${one.id}`);
      assert.deepEqual([after.state, after.reason, after.way], ['dismissed', 'late-batch', 'telephone']);
      const quality = await ask('/api/signals/quality');
      assert.equal(quality.suspected.n, before.suspected.n + 1);
      await browser.locator('.signal-panel').getByRole('button', { name: '重新打开' }).click();
      await browser.getByLabel('为什么重新打开').fill('新增病例');
      await browser.getByRole('button', { name: '提交' }).click();
      await browser.waitForSelector('.ant-modal', { state: 'hidden' });
      assert.equal((await ask(`/api/signals/${one.id}`)).state, 'raised');
    },
  },
  {
    name: 'signals: somebody else was faster: refused, and said',
    expected: [/Failed to load resource/],
    run: async (browser) => {
      const one = await raised();
      await browser.goto(page(one.id, 'log'));
      await settled(browser);
      await browser.locator('.signal-panel').getByRole('button', { name: '加备注' }).click();
      await fetch(`${baseUrl}/api/signals/${one.id}/note`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"note":"先到"}' });
      await browser.locator('.ant-modal textarea').fill('后到');
      await browser.getByRole('button', { name: '提交' }).click();
      await browser.locator('.ant-modal [role=alert]').first().waitFor();
      assert.ok(!(await ask(`/api/signals/${one.id}`)).log.some(({ note }) => note === '后到'));
    },
  },
  {
    name: 'signals: the workload is decided with a reason, and the decision stays',
    run: async (browser) => {
      await browser.goto(page());
      await settled(browser);
      await browser.getByRole('button', { name: '工作量' }).click();
      await browser.getByRole('spinbutton', { name: '每周最多' }).fill('3');
      await browser.getByRole('button', { name: '决定' }).click();
      await browser.getByText('请填写理由。').waitFor();
      await browser.getByLabel('理由').fill('试运行');
      await browser.getByRole('button', { name: '决定' }).click();
      await browser.getByText('现行：每周最多 3 个').waitFor();
      assert.equal((await ask('/api/signals/workload')).history[0].note, '试运行');
    },
  },
  {
    name: 'signals: nothing to show says so; a hub that does not answer says so',
    expected: [/Failed to load resource/, /ERR_/],
    run: async (browser) => {
      await browser.goto(`${baseUrl}/signals?state=all&area=999`);
      await browser.getByText('没有符合条件的信号').waitFor();
      await browser.goto(page('none'));
      await browser.waitForSelector('.state[role=alert]');
    },
  },
  {
    name: 'signals: English is complete, dark is readable, and nothing breaks accessibility',
    options: { language: 'en', theme: 'dark' },
    run: async (browser) => {
      const one = await withCases();
      await browser.goto(page(one.id));
      await settled(browser);
      await assertEnglish(browser);
      await assertAccessible(browser);
      await browser.getByRole('tab', { name: 'Methods' }).click();
      await browser.waitForSelector('.methods');
      await assertEnglish(browser);
      await assertAccessible(browser);
      await browser.getByRole('tab', { name: 'Log' }).click();
      await browser.waitForSelector('.signal-log');
      await assertEnglish(browser);
    },
  },
  {
    name: 'signals: a phone shows the list, then the signal, and never scrolls sideways',
    options: { width: 390, height: 844 },
    run: async (browser) => {
      const items = await kept();
      await browser.goto(page());
      await settled(browser);
      await assertNoSidewaysScroll(browser);
      await browser.locator('.signal-row').first().click();
      await browser.waitForURL(new RegExp(`open=${items[0].id}`));
      await browser.waitForSelector('.panel .signal-panel');
      await settled(browser);
      await assertNoSidewaysScroll(browser);
      await assertAccessible(browser);
    },
  },
];
