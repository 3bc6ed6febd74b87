// Users, audit and policy, each as the role whose work it is; accounts as in accounts.mjs, with admin and auditor.
import assert from 'node:assert/strict';
import { baseUrl, logIn, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll } from '../check.mjs';

const { doctor, ward, admin, auditor } = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');

const open = async (page, who, path) => {
  await logIn(page, who);
  await page.goto(baseUrl + path);
  await settled(page);
};
const rowOf = (page, name) => page.locator('tbody tr', { hasText: name }).first();
const panelOf = async (page, name) => {
  await rowOf(page, name).click();
  await page.waitForSelector('.account-acts');
};
/** Presses a button and then the one of the question that appears. */
const confirmed = async (page, label) => {
  await page.locator('.account-acts').getByRole('button', { name: label }).click();
  await page.locator('.ant-popconfirm').getByRole('button', { name: label }).click();
};
const name = `e2e.${Date.now() % 1_000_000}`;

export const administration = [
  {
    name: 'users: an account is added with the keyboard, its password shown once, its rights changed, it is locked',
    run: async (page) => {
      await open(page, admin, '/system/users');
      await page.getByRole('button', { name: '添加账号' }).focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.panel-form');
      await page.keyboard.type(name);
      await page.locator('.panel-form input[role="combobox"]').first().focus();
      await page.keyboard.type('护士');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.waitForSelector('.roles-preview .sample');
      await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').waitFor({ state: 'detached' });
      await assertAccessible(page);
      await page.getByRole('button', { name: '添加并生成初始密码' }).click();
      const password = (await page.locator('.one-time code').innerText()).trim();
      assert.match(password, /^\S{12,}$/);
      await page.keyboard.press('Escape');
      assert.ok(await page.locator('.one-time').isVisible(), 'only the button closes it');
      await page.getByRole('button', { name: '我已记录，关闭' }).click();
      await page.locator('.one-time').waitFor({ state: 'detached' });
      await page.waitForSelector('.account-acts');
      assert.equal((await page.content()).includes(password), false, 'the password is nowhere after that');

      await confirmed(page, '锁定账号');
      await rowOf(page, name).getByText('已锁定').waitFor();
      await confirmed(page, '解除锁定');
      await rowOf(page, name).getByText('待改初始密码').waitFor();
      await confirmed(page, '重置密码');
      await page.waitForSelector('.one-time');
      assert.notEqual((await page.locator('.one-time code').innerText()).trim(), password);
    },
  },
  {
    name: 'users: roles that must not be joined are refused before and by the hub',
    expected: [/status of 400/],
    run: async (page) => {
      await open(page, admin, '/system/users?open=%2Bnew');
      await page.locator('.panel-form input').first().fill('xu.yan');
      for (const role of ['审计员', '护士']) {
        await page.locator('.panel-form input[role="combobox"]').first().fill(role);
        await page.keyboard.press('Enter');
      }
      await page.keyboard.press('Escape');
      await page.locator('.roles-preview .ant-alert').waitFor();
      await page.getByRole('button', { name: '添加并生成初始密码' }).click();
      await page.locator('.panel-form [role="alert"]', { hasText: '不能同时授予' }).last().waitFor();
    },
  },
  {
    name: 'users: nobody changes the own account; who may not see accounts is not offered the page',
    options: { language: 'en' },
    expected: [/status of 403/],
    run: async (page) => {
      await open(page, admin, `/system/users?open=${admin.name}`);
      await page.locator('.panel').getByText('This is your own account').waitFor();
      assert.equal(await page.locator('.account-acts').count(), 0);
      await assertEnglish(page);
      await page.context().clearCookies();
      await open(page, doctor, '/system');
      assert.equal(await page.locator('.page-tabs a', { hasText: 'Accounts' }).count(), 0);
      await page.goto(`${baseUrl}/system/users`);
      await page.waitForSelector('main [role="alert"]');
    },
  },
  {
    name: 'audit: who looked at whom is found, narrowed by a click, without names; the chain is checked',
    run: async (page) => {
      await open(page, doctor, '/residents');
      await rowOf(page, '岁').click();
      await page.waitForSelector('.resident-head');
      const person = await page.locator('.resident-head h1').innerText();
      const id = new URL(page.url()).pathname.split('/').pop();
      await page.context().clearCookies();
      await open(page, auditor, `/system/audit?user=${doctor.name}&resident=${id}`);
      assert.ok((await page.locator('tbody tr.ant-table-row').count()) >= 1);
      assert.equal((await page.locator('main').innerText()).includes(person.split('\n')[0]), false);
      await page.getByRole('button', { name: '清除筛选' }).click();
      await settled(page);
      await page.getByRole('button', { name: `居民 ${id}` }).first().click();
      await page.waitForURL(new RegExp(`resident=${id}`));
      await page.goBack();
      await page.waitForURL((url) => !url.search.includes('resident='));
      await page.locator('.chain button').click();
      await page.locator('.chain-sound').waitFor();
      await page.locator('.chain button').hover(); // also a button under the pointer can be read
      await assertAccessible(page);
      const [file] = await Promise.all([page.waitForEvent('download'), page.locator('.page-acts a[download]').click()]);
      assert.match(file.suggestedFilename(), /^audit.*\.csv$/);
      const mark = await page.locator('.watermark').evaluate((element) => element.style.backgroundImage);
      assert.ok(decodeURIComponent(mark).includes(auditor.display), 'the watermark names the reader');
    },
  },
  {
    name: 'audit: English, empty and refused',
    options: { language: 'en' },
    run: async (page) => {
      await open(page, auditor, '/system/audit');
      await assertEnglish(page);
      await page.goto(`${baseUrl}/system/audit?user=nobody.here`);
      await settled(page);
      await page.getByText('No entry fits').waitFor();
    },
  },
  {
    name: 'policy: one role with an example, and all roles beside one another; English',
    options: { language: 'en' },
    run: async (page) => {
      await open(page, admin, '/system/policy');
      await page.locator('.role-list button', { hasText: 'Nurse' }).click();
      await page.locator('.sample').getByText('7701**********1234').waitFor();
      await assertEnglish(page);
      await assertAccessible(page);
      await page.getByText('Fields', { exact: true }).first().click();
      await page.waitForSelector('.matrix');
      await assertAccessible(page);
      await assertEnglish(page);
    },
  },
  {
    name: 'break-glass: asked for with a reason, a banner while it lasts, ended by an objection; looks without a relation',
    expected: [/status of 40[04]/],
    run: async (page) => {
      await logIn(page, ward);
      await page.goto(`${baseUrl}/residents/1`);
      await page.getByText('您与其没有服务关系').waitFor();
      await page.getByRole('button', { name: '紧急调阅' }).click();
      const act = page.getByRole('button', { name: '写明理由并打开档案' });
      assert.equal(await act.isDisabled(), true, 'nothing is opened without a reason');
      await page.locator('.emergency-form textarea').fill('太短');
      await act.click();
      await page.locator('.emergency-form [role="alert"]').waitFor();
      await page.locator('.emergency-form textarea').fill('急诊昏迷，家属无法提供过敏史和用药情况');
      await act.click();
      await page.locator('.emergency-banner', { hasText: '紧急调阅中' }).waitFor();
      await page.waitForSelector('.resident-head');
      await assertAccessible(page);
      await page.goto(`${baseUrl}/system/break-glass`);
      await rowOf(page, '急诊昏迷').getByText('待审核').waitFor();
      await page.context().clearCookies();

      await open(page, auditor, '/system/break-glass?state=waiting');
      await rowOf(page, '急诊昏迷').click();
      const object = page.getByRole('button', { name: '提出异议' });
      assert.equal(await object.isDisabled(), true, 'an objection needs a note');
      await page.locator('.panel-form textarea').fill('未见急诊记录');
      await assertAccessible(page);
      await object.click();
      await page.getByText('调阅已终止').waitFor();
      await page.goto(`${baseUrl}/system/unrelated?user=${ward.name}`);
      await settled(page);
      await rowOf(page, '居民 1').waitFor();
      await page.context().clearCookies();

      await logIn(page, ward);
      await page.goto(`${baseUrl}/residents/1`);
      await page.getByText('您与其没有服务关系').waitFor();
    },
  },
  {
    name: 'break-glass: English pages, also on a phone',
    options: { language: 'en', width: 390, height: 844 },
    run: async (page) => {
      for (const path of ['/system/break-glass', '/system/unrelated']) {
        await open(page, auditor, path);
        await assertEnglish(page);
        await assertNoSidewaysScroll(page);
      }
    },
  },
  ...['/system/users', '/system/policy', '/system/policy?view=fields', '/account'].map((path) => ({
    name: `phone: no sideways scroll on ${path} with accounts`,
    options: { width: 390, height: 844 },
    run: async (page) => {
      await open(page, admin, path);
      await assertNoSidewaysScroll(page);
    },
  })),
  {
    name: 'phone: no sideways scroll in the audit and in the panel of an account',
    options: { width: 390, height: 844 },
    run: async (page) => {
      await open(page, auditor, '/system/audit');
      await assertNoSidewaysScroll(page);
      await page.context().clearCookies();
      await open(page, admin, '/system/users');
      await panelOf(page, doctor.name);
      await assertNoSidewaysScroll(page);
    },
  },
];
