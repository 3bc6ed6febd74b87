// Work that closes its loop, by three people in three browsers on a clock of their own: HB_FLOW_CLOCK names the file that the
// server reads its flows' time from (serve --flow-clock). HB_SHOTS: a folder for pictures of every step.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseUrl, logIn, openPage, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll, textOf } from '../check.mjs';

const people = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');
const clockFile = process.env.HB_FLOW_CLOCK;
const shots = process.env.HB_SHOTS;

/** Sets the time of flows; the server looks at the file before each act and every second. */
const setClock = (instant) => clockFile && writeFileSync(clockFile, `${instant}\n`);

async function picture(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await settled(page);
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** A browser of somebody else beside that of the case. */
async function another(page, who, options = {}) {
  const own = await openPage(page.context().browser(), options);
  await logIn(own, people[who]);
  return own;
}

const question = (page, id) => page.locator(`[data-item="${id}"]`);
const fill = (page, id, text) => question(page, id).locator('input, textarea').first().fill(text);
const choose = (page, id, label) => question(page, id).getByText(label, { exact: true }).click();
const act = (page, name) => page.locator('.panel-acts button').filter({ hasText: new RegExp(`^${name}$`) }).click(); // a button that was refused keeps its mark of waiting in its name
const done = (page) => page.locator('.ant-message-success').first().waitFor();

async function pick(page, id, label) {
  await question(page, id).locator('.ant-select').first().click();
  await page.locator('.ant-select-item-option, .ant-select-tree-title').filter({ hasText: label }).last().click();
}

async function enterSignal(page, { disease = '诺如病毒感染', place = '示例小学', cases = '12' } = {}) {
  await page.goto(`${baseUrl}/tasks/new/outbreak`);
  await settled(page);
  await choose(page, 'source', '电话报告');
  await fill(page, 'disease', disease);
  await pick(page, 'area', '青梧街道');
  await fill(page, 'place', place);
  await choose(page, 'place_kind', '学校');
  await fill(page, 'cases', cases);
  await fill(page, 'deaths', '0');
}

/** Ant Design's date fields take what is typed. */
async function moment(page, id, text) {
  const input = question(page, id).locator('input').first();
  await input.click();
  await input.fill(text);
  await input.press('Enter');
}

const idOf = (page) => decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1));
const standsAt = (page, name) => page.locator('.task-sub b, .page-sub b').filter({ hasText: name }).first().waitFor();

/** What the field team finds, the leader grades and everybody reports: each form as its people fill it in. */
const forms = {
  verification: async (page, result) => {
    await choose(page, 'way', '电话');
    await choose(page, 'checked', '报告卡与就诊记录');
    await choose(page, 'checked', '学校（机构）缺勤');
    await fill(page, 'verified_cases', '14');
    await fill(page, 'verified_deaths', '0');
    await choose(page, 'result', result);
  },
  investigation: async (page) => {
    await moment(page, 'arrived', '2026-03-05 11:30');
    await fill(page, 'team', '钱波、李娜');
    await fill(page, 'cases', '23');
    await fill(page, 'deaths', '0');
    await fill(page, 'exposed', '460');
    await page.waitForFunction(() => /^5%?$/.test(document.querySelector('[data-item="attack_rate"] output')?.textContent ?? ''));
    await fill(page, 'definition', '3月1日以来出现呕吐（24小时≥2次）或腹泻（24小时≥3次）的师生');
    await fill(page, 'specimens', '12');
    await fill(page, 'positive', '9');
    await choose(page, 'result', '确认为事件');
  },
  grading: async (page) => {
    await pick(page, 'kind', '其他感染性腹泻');
    assert.equal(await question(page, 'cases_week').locator('input').inputValue(), '23');
    await fill(page, 'ratio', '1.4');
    await page.locator('.proposal').filter({ hasText: '20例及以上' }).waitFor(); // 23 in one school within 7 days: to be reported, no grade
    assert.match(await textOf(page, '.proposal'), /按标准建议：\s*未分级/);
    await choose(page, 'grade', '一般（Ⅳ级）');
    await fill(page, 'basis', '县级卫生行政部门认定的其他一般事件');
    await choose(page, 'likelihood', '高');
    await choose(page, 'impact', '中等');
    await page.waitForFunction(() => document.querySelector('[data-item="risk"] output')?.textContent === '12');
    await act(page, '定级并启动处置');
    await page.locator('.ant-alert-error').filter({ hasText: '请填写理由' }).waitFor(); // another grade than the one proposed
    await fill(page, 'departure', '学期初发生，波及年级多，由县级卫生行政部门认定');
  },
  initial: async (page) => {
    await fill(page, 'title', '示例小学诺如病毒感染事件初次报告');
    await moment(page, 'reported', '2026-03-05 15:00');
    for (const [id, text] of [['cases', '23'], ['deaths', '0'], ['name', '示例小学诺如病毒感染事件'], ['place', '示例小学']]) await fill(page, id, text);
    await moment(page, 'occurred', '2026-03-02 08:00');
    for (const [id, text] of [['reporter', '映川区疾控中心 赵岚'], ['situation', '二年级为主，以呕吐、腹泻为主要症状'], ['actions', '病例隔离，教室消毒，停课两班']]) await fill(page, id, text);
  },
  measures: async (page) => {
    for (const label of ['病例隔离治疗', '消毒', '停课（停工）', '健康教育']) await choose(page, 'measures', label);
    await moment(page, 'begun', '2026-03-05 14:00');
  },
  progress: async (page) => {
    await fill(page, 'title', '示例小学诺如病毒感染事件进程报告');
    await moment(page, 'reported', '2026-03-06 12:00');
    for (const [id, text] of [['cases', '25'], ['deaths', '0'], ['new_cases', '2'], ['situation', '新增2例，均为密切接触者'], ['assessment', '疫情趋于平稳']]) await fill(page, id, text);
  },
  closing: async (page) => {
    await fill(page, 'title', '示例小学诺如病毒感染事件结案报告');
    await moment(page, 'reported', '2026-03-14 10:00');
    for (const [id, text] of [['cases', '25'], ['deaths', '0'], ['cause', '诺如病毒GII型，人与人接触传播'], ['measures', '停课、消毒后未再新增病例'], ['lessons', '首例呕吐物处置不规范']]) await fill(page, id, text);
  },
};

// no, name, sex, age, class, onset, symptoms, class of case, infected by, contacts, specimen, test, outcome: out of a spreadsheet
const sheet = [
  '1\t张小一\t男\t8\t二(1)班\t2026-03-02\t呕吐\t确诊\t\t6\t2026-03-05\t阳性\t痊愈',
  '2\t李小二\t女\t8\t二(1)班\t2026-03-03\t呕吐、腹泻\t确诊\t1\t5\t2026-03-05\t阳性\t患病中',
  '3\t王小三\t男\t8\t二(1)班\t2026-03-03\t呕吐\t确诊\t1\t4\t2026-03-05\t阳性\t患病中',
  '4\t赵小四\t女\t8\t二(1)班\t2026-03-04\t腹泻\t临床诊断\t2\t3\t\t\t患病中',
  '5\t钱小五\t男\t9\t二(2)班\t2026-03-04\t呕吐\t确诊\t2\t7\t2026-03-05\t阳性\t患病中',
  '6\t孙小六\t女\t9\t二(2)班\t2026-03-05\t呕吐\t临床诊断\t5\t2\t\t\t患病中',
  '7\t周小七\t男\t9\t二(2)班\t2026-03-05\t腹泻\t疑似\t5\t1\t2026-03-05\t待出\t患病中',
  '8\t吴老师\t女\t34\t教师\t2026-03-04\t呕吐\t临床诊断\t3\t2\t\t\t痊愈',
].join('\n');

async function pasteLineList(page) {
  await page.getByRole('button', { name: '添加病例' }).click();
  await page.locator('[data-cell="0:0"] input').focus();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, sheet);
  await page.locator('[data-cell="7:0"] input').waitFor();
}

/** Opens the task of an event that stands in a state, as the inbox leads there. */
async function openTask(page, id, state) {
  await page.goto(`${baseUrl}/outbreaks/${id}`);
  await settled(page);
  await page.locator('.steps li').filter({ hasText: state }).getByRole('button').click();
  await page.waitForURL(/\/tasks\//);
  await settled(page);
}

/** The flow gives work to whoever has the least: the page of the one who got it. */
async function worker(pages, id, state) {
  const { tokens } = await (await pages[0].request.get(`${baseUrl}/api/instances/${id}`)).json();
  const owner = tokens.find((one) => one.state === state)?.user;
  const at = [people.doctor, people.field].findIndex(({ name }) => name === owner);
  assert.ok(at >= 0, `${state} was given to ${owner}`);
  return pages[at];
}

/** One event from the telephone call to the closing report; the three act in turn. */
async function wholeLoop(duty) {
  setClock('2026-03-05T09:00:00+08:00');
  await logIn(duty, people.doctor);
  const [other, leader] = [await another(duty, 'field'), await another(duty, 'leader')];
  try {
    await enterSignal(duty);
    await picture(duty, '01-signal');
    await act(duty, '登记并启动');
    await duty.waitForURL(/\/tasks\/(?!new)/);
    const id = idOf(duty);
    await standsAt(duty, '待核实');
    await duty.goto(`${baseUrl}/tasks?scope=team`);
    await settled(duty);
    await picture(duty, '02-inbox');
    await duty.locator(`tbody a[href*="${id}"]`).first().click();
    await settled(duty);
    setClock('2026-03-05T10:10:00+08:00');
    await forms.verification(duty, '疑似事件');
    await picture(duty, '03-verification');
    await act(duty, '判为疑似事件');
    await standsAt(duty, '现场调查');

    let field = await worker([duty, other], id, 'suspected');
    await openTask(field, id, '现场调查');
    await forms.investigation(field);
    await picture(field, '04-investigation');
    await field.waitForTimeout(2500); // a draft is kept when typing has stood still; what is left before is not
    await field.goto(`${baseUrl}/outbreaks/${id}?view=list`);
    await settled(field);
    await pasteLineList(field);
    await act(field, '保存病例一览表');
    await done(field);
    await field.locator('.chart svg').nth(1).waitFor();
    assert.match(await textOf(field, '.case-summary'), /病例\s*8/);
    await picture(field, '05-line-list');
    await openTask(field, id, '现场调查');
    assert.equal(await question(field, 'cases').locator('input').inputValue(), '23', 'the draft is back');
    setClock('2026-03-05T13:00:00+08:00');
    await act(field, '确认事件');
    await standsAt(field, '待定级');

    await openTask(leader, id, '待定级');
    await forms.grading(leader);
    await picture(leader, '06-grading');
    await act(leader, '定级并启动处置');
    await standsAt(leader, '初次报告');
    await openTask(duty, id, '初次报告');
    await forms.initial(duty);
    await picture(duty, '07-initial-report');
    setClock('2026-03-05T14:50:00+08:00');
    await act(duty, '提交初次报告');
    await done(duty);
    field = await worker([duty, other], id, 'measures');
    await openTask(field, id, '控制措施');
    await forms.measures(field);
    await picture(field, '08-measures');
    await act(field, '登记措施');
    await standsAt(field, '处置中');

    setClock('2026-03-06T12:00:00+08:00');
    await openTask(duty, id, '处置中');
    await forms.progress(duty);
    await picture(duty, '09-progress-report');
    await act(duty, '提交进程报告');
    await done(duty);
    setClock('2026-03-13T09:00:00+08:00');
    await openTask(leader, id, '处置中');
    await leader.locator('.act-list').getByText('终止响应').click();
    await leader.locator('.act-reason textarea').fill('末例发病后72小时无新发病例');
    await picture(leader, '10-end-of-response');
    await act(leader, '终止响应');
    await standsAt(leader, '待结案报告');
    setClock('2026-03-14T10:00:00+08:00');
    await openTask(duty, id, '待结案报告');
    await forms.closing(duty);
    await act(duty, '提交结案报告');
    await duty.locator('.state').filter({ hasText: '已结案' }).waitFor();
    return id;
  } finally {
    await other.context().close();
    await leader.context().close();
  }
}

export const flows = [
  {
    name: 'flows: an outbreak from the telephone call to the closing report, by three people on a clock',
    expected: [/409 \(Conflict\)/],
    run: async (duty) => {
      const id = await wholeLoop(duty);
      await duty.goto(`${baseUrl}/outbreaks/${id}`);
      await settled(duty);
      await picture(duty, '11-event');
      assert.match(await textOf(duty, 'h1'), /Ⅳ级/);
      assert.match(await textOf(duty, '.event-figures'), /70 分钟/); // 09:00 to 10:10
      assert.match(await textOf(duty, '.page'), /核实结果\s*疑似事件/); // words, not codes
      assert.match(await textOf(duty, '.page'), /建议级别\s*未分级/);
      const verdicts = await duty.locator('.verdict-mark').allInnerTexts();
      assert.ok(verdicts.some((one) => one.includes('按时')) && verdicts.some((one) => one.includes('超时')), verdicts.join());
      await duty.goto(`${baseUrl}/outbreaks/${id}?view=reports`);
      await duty.locator('.report-card').nth(2).waitFor();
      assert.equal(await duty.locator('.report-card').count(), 3);
      await picture(duty, '12-reports');
      await duty.goto(`${baseUrl}/outbreaks?open=all`);
      await settled(duty);
      assert.match(await textOf(duty, '.times'), /按时/);
      await picture(duty, '13-events');
      await assertAccessible(duty);
    },
  },
  {
    name: 'flows: without a line what is sent waits, is said, and arrives once',
    expected: [/ERR_INTERNET_DISCONNECTED/],
    run: async (page) => {
      setClock('2026-03-20T09:00:00+08:00');
      await logIn(page, people.doctor);
      const place = `断网小学${Date.now()}`;
      await enterSignal(page, { place });
      await page.context().setOffline(true);
      await act(page, '登记并启动');
      await page.locator('.outbox').filter({ hasText: '尚未送达' }).waitFor();
      await page.context().setOffline(false);
      await page.locator('.outbox').getByRole('button', { name: '立即发送' }).click().catch(() => undefined); // it may have gone by itself
      await page.locator('.outbox').waitFor({ state: 'detached' });
      await page.goto(`${baseUrl}/tasks?scope=team&q=${encodeURIComponent(place)}`);
      await settled(page);
      assert.equal(await page.locator('tbody tr[tabindex]').count(), 1);
    },
  },
  {
    name: 'flows: inbox and form on a phone in English, complete and accessible',
    options: { language: 'en', width: 390, height: 844 },
    run: async (page) => {
      await logIn(page, people.doctor);
      for (const path of ['/tasks?scope=team', '/tasks?view=calendar', '/tasks/new/outbreak', '/outbreaks?open=all', '/system/flows', '/messages']) {
        await page.goto(baseUrl + path);
        await settled(page);
        await assertNoSidewaysScroll(page);
        await assertEnglish(page);
        await assertAccessible(page);
      }
    },
  },
];
