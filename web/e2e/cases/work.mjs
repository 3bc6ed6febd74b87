// Work of several people at once: many pieces in one act, a page that somebody else overtook, handing over and giving up, the inbox as a
// calendar, a form on paper, the roster. The work itself is made over the API.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { baseUrl, logIn, openPage, pickOption, settled } from '../browser.mjs';
import { assertAccessible, assertNoSidewaysScroll, textOf } from '../check.mjs';

const people = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');
const now = '2026-03-25T09:00:00+08:00';
const setClock = () => process.env.HB_FLOW_CLOCK && writeFileSync(process.env.HB_FLOW_CLOCK, `${now}\n`);
const system = 'https://health-brain.org/fhir/CodeSystem';

/** Somebody who asks the hub without a page. */
async function speak(page) {
  const { csrf } = await (await page.request.get(`${baseUrl}/api/session`)).json();
  return async (method, path, data) => {
    const answer = await page.request.fetch(`${baseUrl}/api/${path}`, { method, data, headers: { 'X-CSRF-Token': csrf } });
    return { status: answer.status(), body: await answer.json() };
  };
}

const answer = (linkId, value) => ({ linkId, answer: [value] });
/** Starts signals; what each is about ends with its number. */
async function signals(say, place, count) {
  const ids = [];
  for (let n = 1; n <= count; n += 1) {
    const item = [
      answer('source', { valueCoding: { system: `${system}/signal-source`, code: 'manual' } }), answer('disease', { valueString: '水痘' }),
      answer('area', { valueString: '770101001' }), answer('place', { valueString: `${place}${n}` }), answer('cases', { valueInteger: 5 }), answer('deaths', { valueInteger: 0 }),
    ];
    const { status, body } = await say('POST', 'flows/outbreak/instances', { key: `${place}${n}`, response: { resourceType: 'QuestionnaireResponse', status: 'completed', item } });
    assert.equal(status, 201, JSON.stringify(body));
    ids.push(body.id);
  }
  return ids;
}
/** An act of somebody else, on the first place of work as it stands. */
async function act(say, id, move, more = {}) {
  const { body } = await say('GET', `instances/${id}`);
  const made = await say('POST', `instances/${id}/acts`, { token: body.tokens[0].token, seen: body.seen, move, key: `${move}${id}${body.seen}`, ...more });
  assert.equal(made.status, 200, JSON.stringify(made.body));
}

async function another(page, who) {
  const own = await openPage(page.context().browser());
  await logIn(own, people[who]);
  return own;
}

const place = (name) => `${name}${Date.now()}-`;

export const work = [
  {
    name: 'work: many pieces taken at once; what somebody else took meanwhile is refused and said, the rest is done',
    run: async (page) => {
      setClock();
      await logIn(page, people.doctor);
      const say = await speak(page);
      const at = place('批量小学');
      const ids = await signals(say, at, 6);
      const other = await another(page, 'field');
      try {
        await page.goto(`${baseUrl}/tasks?scope=team&q=${encodeURIComponent(at)}`);
        await settled(page);
        const others = await speak(other);
        await page.route('**/api/tasks/acts', async (route) => {
          await act(others, ids[2], 'take'); // a moment before the act arrives
          await route.continue();
        });
        await page.locator('thead .ant-checkbox-input').check();
        assert.match(await textOf(page, '.bulk'), /已选 6 项/);
        await page.locator('.bulk-move').click();
        await pickOption(page, '领取');
        await page.locator('.bulk button').filter({ hasText: '领取（6 项）' }).click();
        await page.locator('.bulk-results').waitFor();
        assert.match(await textOf(page, '.bulk-results'), /5 项已办理[\s\S]*1 项未办理/);
        assert.match(await textOf(page, '.bulk-results li'), new RegExp(`${at}3`));
      } finally {
        await other.context().close();
      }
    },
  },
  {
    name: 'work: the second of two is told who did what',
    run: async (page) => {
      setClock();
      await logIn(page, people.doctor);
      const say = await speak(page);
      const [id] = await signals(say, place('同开小学'), 1);
      const leader = await another(page, 'field');
      try {
        await page.goto(`${baseUrl}/tasks/${id}`);
        await settled(page);
        await act(await speak(leader), id, 'take');
        await page.locator('.meanwhile').waitFor();
        assert.match(await textOf(page, '.meanwhile'), /认领[\s\S]*钱波/);
      } finally {
        await leader.context().close();
      }
    },
  },
  {
    name: 'work: handed over to somebody, who finds it, and given up by whoever began it',
    run: async (page) => {
      setClock();
      await logIn(page, people.doctor);
      const say = await speak(page);
      const [id] = await signals(say, place('转交小学'), 1);
      await act(say, id, 'take');
      await page.goto(`${baseUrl}/tasks/${id}?act=delegate`);
      await settled(page);
      await page.locator('.act-body .ant-select').click();
      await pickOption(page, '钱波');
      await page.locator('.panel-acts button').filter({ hasText: '转交' }).click();
      await page.locator('.log-delegated').filter({ hasText: '钱波' }).waitFor();
      const other = await another(page, 'field');
      try {
        const { body } = await (await speak(other))('GET', 'tasks?scope=mine');
        assert.ok(body.items.some(({ instance }) => instance === id));
      } finally {
        await other.context().close();
      }
      await page.goto(`${baseUrl}/tasks/${id}?act=withdraw`);
      await settled(page);
      const button = page.locator('.panel-acts button').filter({ hasText: '撤回' });
      assert.ok(await button.isDisabled(), 'a reason is needed');
      await page.locator('.act-reason textarea').fill('重复登记');
      await button.click();
      await page.locator('.state').filter({ hasText: '已撤回' }).waitFor();
    },
  },
  {
    name: 'work: the inbox by state, word and day due; a day of the calendar opens its work',
    run: async (page) => {
      setClock();
      await logIn(page, people.doctor);
      const say = await speak(page);
      const at = place('日历小学');
      await signals(say, at, 2);
      const found = () => page.locator('tbody tr[tabindex]').count();
      await page.goto(`${baseUrl}/tasks?scope=team&flow=outbreak&state=received&q=${encodeURIComponent(`${at}2`)}`);
      await settled(page);
      assert.equal(await found(), 1);
      await page.goto(`${baseUrl}/tasks?scope=team&view=calendar&month=2026-03&q=${encodeURIComponent(at)}`);
      await settled(page);
      await page.locator('.month-cell').filter({ hasText: '2026-03-25，到期 2 项' }).click();
      await page.locator('.month-day').filter({ hasText: '2026-03-25' }).waitFor();
      assert.equal(await found(), 2);
    },
  },
  {
    name: 'work: a form on paper has its questions and room for what is missing, and nothing of the page',
    run: async (page) => {
      setClock();
      await logIn(page, people.doctor);
      const say = await speak(page);
      const [id] = await signals(say, place('打印小学'), 1);
      await page.goto(`${baseUrl}/tasks/${id}?act=suspect`);
      await settled(page);
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.locator('.paper-root').first().isVisible());
      assert.ok(!(await page.locator('.act-list').first().isVisible().catch(() => false)));
      assert.match(await textOf(page, '.paper-root'), /初步核实[\s\S]*核实病例数[\s\S]*5/);
      assert.ok((await page.locator('.paper-blank').count()) > 0);
    },
  },
  {
    name: 'work: the roster by keyboard and phone; who saves on top of somebody else is refused',
    expected: [/409 \(Conflict\)/],
    options: { width: 390, height: 844 },
    run: async (page) => {
      setClock();
      await logIn(page, people.leader);
      await page.goto(`${baseUrl}/roster?day=2026-03-25&role=outbreak/duty`);
      await settled(page);
      const cell = (row, column) => page.locator(`[data-cell="${row}:${column}"]`);
      await cell(2, 0).focus();
      await page.keyboard.press('Enter');
      await page.locator('.ant-select-item-option').filter({ hasText: '李娜' }).click();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: '保存值班表' }).click();
      await page.locator('.roster-now').filter({ hasText: '李娜' }).waitFor(); // Wednesday, 09:00: the day shift
      await page.getByRole('button', { name: '换班', exact: true }).click();
      await cell(2, 0).click();
      await cell(2, 1).click();
      assert.match(await textOf(page, '[data-cell="2:1"]'), /李娜/);
      await (await speak(page))('PUT', 'roster', { from: '2026-03-23', to: '2026-03-29', items: [] });
      await page.getByRole('button', { name: '保存值班表' }).click();
      await page.locator('.ant-alert-error').filter({ hasText: '他人更改' }).waitFor();
      await assertNoSidewaysScroll(page);
      await assertAccessible(page);
    },
  },
];
