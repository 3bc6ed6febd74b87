// Against a store with accounts, made by scripts/test-browser with `healthbrain user add`:
// HB_ACCOUNTS={"doctor":{"name":…,"password":…},"nurse":{…}}; the nurse's password is a first one.
import assert from 'node:assert/strict';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish } from '../check.mjs';

const { doctor, nurse } = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');
const expected = [/status of 401/];

async function logIn(page, name, password) {
  await page.waitForSelector('.gatehouse form');
  await page.locator('input[autocomplete="username"]').fill(name);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.keyboard.press('Enter');
}

/** The frame of the pages stands: the log-in is over. */
async function inside(page) {
  await page.waitForSelector('header.top');
  await settled(page);
}

export const accounts = [
  {
    name: 'accounts: a refusal says so and asks for a code; then one is where one wanted to be',
    expected,
    run: async (page) => {
      await page.goto(`${baseUrl}/residents?sex=female`);
      await page.waitForSelector('.gatehouse form');
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('autocomplete')), 'username');
      await assertAccessible(page);
      await page.keyboard.type(doctor.name);
      await page.keyboard.press('Tab');
      await page.keyboard.type('Wrong-password-1');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[role="alert"]');
      await page.waitForSelector('input[autocomplete="one-time-code"]');
      await logIn(page, doctor.name, doctor.password);
      await inside(page);
      assert.match(page.url(), /\/residents\?sex=female/);
      assert.equal((await page.locator('.account-button').innerText()).trim(), doctor.display);
      const mark = await page.locator('.watermark').evaluate((element) => element.style.backgroundImage);
      assert.ok(decodeURIComponent(mark).includes(doctor.display), 'the watermark names the reader');
      assert.equal((await page.context().cookies())[0].httpOnly, true);
      assert.equal(await page.evaluate(() => document.cookie), '');
      await page.locator('.account-button').click();
      await page.getByRole('menuitem', { name: '退出登录' }).click();
      await page.waitForSelector('.gatehouse form');
    },
  },
  {
    name: 'accounts: an ended session leads to the log-in and back',
    options: { language: 'en' },
    expected,
    run: async (page) => {
      await page.goto(baseUrl);
      await page.waitForSelector('.gatehouse form');
      await assertEnglish(page);
      await logIn(page, doctor.name, doctor.password);
      await inside(page);
      await page.context().clearCookies();
      await page.locator('.nav a[href^="/residents"]').first().click();
      await page.waitForSelector('.gatehouse form');
      await logIn(page, doctor.name, doctor.password);
      await inside(page);
      assert.match(page.url(), /\/residents/);
      assert.ok((await page.locator('tbody tr').count()) > 0);
    },
  },
  {
    name: 'accounts: a first password must be changed; only own pages are offered; a second factor begins',
    expected,
    run: async (page) => {
      const fresh = 'Nine-quiet-herons-4';
      await page.goto(baseUrl);
      await logIn(page, nurse.name, nurse.password);
      await page.waitForSelector('input[autocomplete="new-password"]');
      assert.equal(await page.locator('.nav').count(), 0);
      await page.locator('input[autocomplete="current-password"]').fill(nurse.password);
      await page.locator('input[autocomplete="new-password"]').nth(0).fill(fresh);
      await page.locator('input[autocomplete="new-password"]').nth(1).fill(fresh);
      await page.keyboard.press('Enter');
      await inside(page);
      assert.equal(new URL(page.url()).pathname, '/tasks');
      const offered = await page.locator('aside .nav a').evaluateAll((all) => all.map((a) => new URL(a.href).pathname));
      assert.deepEqual(offered, ['/tasks', '/programmes', '/residents', '/system']);
      await page.goto(`${baseUrl}/account`);
      await settled(page);
      await page.getByRole('button', { name: '启用' }).click();
      assert.match(await page.locator('.factor-uri').innerText(), /^otpauth:\/\/totp\//);
      await assertAccessible(page);
    },
  },
];
