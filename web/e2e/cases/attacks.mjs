// Text that would be a script if any page took it for one, in every text of every kind of record, of deliveries and of
// addresses; and a page of another site that acts with the reader's cookie.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { baseUrl, settled } from '../browser.mjs';

const payload = `"'><img src=x onerror="window.hit='img'"><svg onload="window.hit='svg'"></svg><script>window.hit='script'</script><a href="javascript:window.hit='link'">甲</a>{{constructor.constructor('window.hit=1')()}}`;
const link = "javascript:window.hit='url'";
const types = 'Encounter Condition Observation Procedure MedicationRequest Immunization EpisodeOfCare Composition Task'.split(' ');

const concept = (code) => ({ text: payload, coding: [{ system: link, code, display: payload }] });

/** One resource of each kind that the time line shows, with the payload in all its texts. */
function records(mark) {
  const subject = { reference: `Patient/${mark}`, display: payload };
  const day = '2025-10-01';
  const note = [{ text: payload }];
  const rest = {
    Encounter: { status: 'finished', class: { code: 'AMB', display: payload }, type: [concept('a')], reasonCode: [concept('b')], serviceProvider: { display: payload }, period: { start: `${day}T09:00:00+08:00` } },
    Condition: { code: concept('a'), severity: { text: payload }, recordedDate: day, note },
    Observation: { status: 'final', code: concept('a'), valueString: payload, performer: [{ display: payload }], effectiveDateTime: day, note },
    Procedure: { status: 'completed', code: concept('a'), outcome: { text: payload }, reasonCode: [concept('b')], performedDateTime: day, note },
    MedicationRequest: { status: 'active', intent: 'order', medicationCodeableConcept: concept('a'), dosageInstruction: [{ text: payload }], requester: { display: payload }, authoredOn: day, note },
    Immunization: { status: 'completed', vaccineCode: concept('a'), lotNumber: payload, performer: [{ actor: { display: payload } }], occurrenceDateTime: day, note },
    EpisodeOfCare: { status: 'active', type: [concept('a')], managingOrganization: { display: payload }, period: { start: day } },
    Composition: { status: 'final', type: concept('a'), title: payload, author: [{ display: payload }], date: day, section: [{ title: payload }] },
    Task: { status: 'requested', intent: 'order', code: concept('a'), description: payload, authoredOn: `${day}T09:00:00+08:00`, note },
  };
  const person = {
    resourceType: 'Patient',
    id: mark,
    name: [{ text: `甲${mark} ${payload}` }],
    telecom: [{ system: 'url', value: link }],
    gender: 'female',
    birthDate: '1980-05-20',
    address: [{ text: payload }],
    photo: [{ url: link, title: payload }],
    identifier: [{ system: link, value: payload }],
  };
  const bad = { resourceType: 'Patient', id: `${mark}-bad`, name: [{ text: payload }], birthDate: payload };
  const owner = (type) => (type === 'Task' ? 'for' : ['Immunization', 'EpisodeOfCare'].includes(type) ? 'patient' : 'subject');
  const lines = types.map((type) => ({ resourceType: type, id: `${mark}-${type}`, ...rest[type], [owner(type)]: subject }));
  return [person, ...lines, bad].map((line) => JSON.stringify(line)).join('\n');
}

const ask = async (path, options) => (await fetch(baseUrl + path, options)).json();

/** Delivers the records; returns the numbers of resident, delivery and problem. */
async function deliver() {
  const mark = `xss${Date.now().toString(36)}`;
  // A name has at most 200 bytes and no slash.
  const name = encodeURIComponent(`"'><img src=x onerror="window.hit='file'">.ndjson`);
  const upload = await ask(`/api/deliveries?name=${name}`, { method: 'POST', body: `${records(mark)}\n` });
  for (let i = 0; i < 600; i += 1) {
    const delivery = await ask(`/api/deliveries/${upload.id}`);
    assert.notEqual(delivery.state, 'failed', JSON.stringify(delivery));
    if (delivery.state === 'done') {
      assert.equal(delivery.accepted, types.length + 1);
      const problems = await ask(`/api/deliveries/${delivery.id}/problems`);
      const { total } = await ask('/api/residents?size=1');
      const last = await ask(`/api/residents?size=1&page=${total}`); // the newest has the highest number
      return { resident: last.items[0].id, delivery: delivery.id, problem: problems.items[0].id };
    }
    await new Promise((wait) => setTimeout(wait, 50));
  }
  throw new Error('the delivery does not end');
}

/** Nothing of the payload became an element, and nothing of it ran. */
async function assertInert(page, where) {
  await page.waitForTimeout(150); // an onerror would have fired
  const found = await page.evaluate(() => ({
    hit: window.hit ?? null,
    elements: [...document.querySelectorAll('img[src="x"], svg[onload], iframe, object, [onerror], [onload], a[href^="javascript:" i], form[action^="javascript:" i]')].map((one) => one.outerHTML.slice(0, 120)),
    scripts: [...document.scripts].filter((one) => one.text.includes('window.hit')).length,
  }));
  assert.deepEqual(found, { hit: null, elements: [], scripts: 0 }, where);
}

/** Opens everything that can be opened on a resident's page. */
async function readRecords(page) {
  const count = await page.locator('.entry').count();
  assert.ok(count >= types.length - 1, `${count} entries`);
  for (let i = 0; i < count; i += 1) {
    await page.locator('.entry').nth(i).click();
    await page.waitForSelector('.json');
    assert.ok((await page.locator('.json').innerText()).includes('<script>'), 'the payload is there, as text');
    await assertInert(page, `record ${i}`);
    await page.keyboard.press('Escape');
  }
}

const seen = [/status of 40[04]/];

export const attacks = [
  {
    name: 'attack: stored scripts stay text on every page, with the Content-Security-Policy switched off',
    options: { bypassCSP: true },
    expected: seen,
    run: async (page) => {
      page.on('dialog', (dialog) => assert.fail(`a dialog opened: ${dialog.message()}`));
      const { resident, delivery, problem } = await deliver();
      await page.goto(`${baseUrl}/residents/${resident}`);
      await settled(page);
      assert.ok((await page.locator('h1').innerText()).includes('<img'), 'the name is shown as it is');
      await assertInert(page, 'resident');
      await readRecords(page);
      for (const path of ['/residents?q=甲', '/deliveries', `/deliveries/${delivery}`, `/deliveries/${delivery}?problem=${problem}`, '/']) {
        await page.goto(baseUrl + path);
        await settled(page);
        await assertInert(page, path);
      }
      await page.goto(`${baseUrl}/deliveries/${delivery}`);
      await settled(page);
      await page.locator('tbody tr[tabindex]').first().click();
      await page.waitForSelector('.editor');
      await assertInert(page, 'problem');
    },
  },
  {
    name: 'attack: what stands in the address is never markup, in pages and in answers of the API',
    options: { bypassCSP: true },
    expected: seen,
    run: async (page) => {
      const word = encodeURIComponent(payload);
      for (const path of ['/residents?q=', '/residents?area=', '/residents?sex=', '/indicators?q=', '/indicators?plan=', '/indicators?open=', '/measures?area=', '/measures?open=', '/?area=', '/?period=', '/deliveries?state=', '/no-such-page/', '/residents/', '/#']) {
        await page.goto(baseUrl + path + word);
        await page.waitForTimeout(400);
        await assertInert(page, path);
      }
      for (const path of ['/api/residents?q=', '/api/residents?', '/api/boards/', '/api/', '/api/search?q=', '/api/deliveries/1?x=', '/missing.html?']) {
        await page.goto(baseUrl + path + word);
        await assertInert(page, path);
      }
    },
  },
  {
    name: 'attack: the Content-Security-Policy stops a script that a page would let in',
    expected: [/Content.Security.Policy/i],
    run: async (page) => {
      await page.goto(baseUrl);
      await settled(page);
      await page.evaluate(() => {
        const host = document.createElement('div');
        host.innerHTML = `<img src="data:," onerror="window.hit='handler'"><a id="way" href="javascript:window.hit='link'">x</a>`;
        document.body.append(host);
        const script = document.createElement('script');
        script.textContent = "window.hit = 'inline'";
        document.body.append(script);
        const far = document.createElement('script');
        far.src = 'data:text/javascript,window.hit="data"';
        document.body.append(far);
        document.getElementById('way').click();
      });
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(() => window.hit ?? null), null);
    },
  },
];

/** A site on another port of this machine: browsers call that the same site, so cookies travel. */
async function otherSite(html) {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

const { doctor } = JSON.parse(process.env.HB_ACCOUNTS ?? '{}');

export const attacksOnAccounts = [
  {
    name: 'attack: a page of another site neither changes nor reads anything with the cookie of the reader',
    expected: [/status of 40[0134]/, /CORS|Cross-Origin|blocked|net::ERR/i],
    run: async (page) => {
      await page.goto(baseUrl);
      await page.waitForSelector('.gatehouse form');
      await page.locator('input[autocomplete="username"]').fill(doctor.name);
      await page.locator('input[autocomplete="current-password"]').fill(doctor.password);
      await page.keyboard.press('Enter');
      await page.waitForSelector('header.top');
      const body = `{"old":"${doctor.password}","new":"Stolen-9-herons","x":"`;
      const site = await otherSite(
        `<form id=f method=post enctype="text/plain" action="${baseUrl}/api/session/password"><input name='${body}' value='"}'></form>`,
      );
      try {
        await page.goto(site.url);
        const [answer] = await Promise.all([
          page.waitForResponse((one) => one.url().endsWith('/api/session/password')),
          page.evaluate(() => document.getElementById('f').submit()),
        ]);
        assert.ok((await answer.request().allHeaders()).cookie?.includes('hb_session='), 'the cookie travelled');
        assert.equal(answer.status(), 403);
        await page.waitForURL('**/api/session/password'); // the form's answer is shown: only then go on
        await page.goto(site.url);
        const read = await page.evaluate(async (base) => {
          const tries = ['/api/session', '/api/residents', '/api/users'].map((path) =>
            fetch(base + path, { credentials: 'include' }).then((one) => one.text(), () => 'refused'),
          );
          const write = fetch(`${base}/api/session`, { method: 'DELETE', credentials: 'include' }).then(() => 'done', () => 'refused');
          return Promise.all([...tries, write]);
        }, baseUrl);
        assert.deepEqual(read, ['refused', 'refused', 'refused', 'refused']);
        const framed = await page.evaluate(async (base) => {
          const frame = document.createElement('iframe');
          frame.src = base;
          document.body.append(frame);
          await new Promise((done) => frame.addEventListener('load', done, { once: true }));
          try {
            return frame.contentDocument === null ? 'closed' : frame.contentDocument.title;
          } catch {
            return 'closed';
          }
        }, baseUrl);
        assert.notEqual(framed, '健康大脑');
      } finally {
        site.close();
      }
      await page.goto(baseUrl); // still the same session, with the same password
      await page.waitForSelector('header.top');
    },
  },
];
