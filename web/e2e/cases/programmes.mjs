// Follow-ups on a telephone: what is due, one visit for two programmes, and the end of it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { baseUrl, settled } from '../browser.mjs';
import { assertAccessible, assertEnglish, assertNoSidewaysScroll } from '../check.mjs';

const phone = { width: 390, height: 844 };
const shots = process.env.HB_SHOTS;
const base = 'https://health-brain.org/fhir';
const ask = async (path) => (await fetch(baseUrl + path)).json();

async function picture(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await settled(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

async function put(resource) {
  const answer = await fetch(`${baseUrl}/fhir/${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  });
  assert.ok(answer.ok, await answer.text());
}

const person = {
  resourceType: 'Patient', id: 'e2e-follow-up', name: [{ text: '岑随安' }], gender: 'female', birthDate: '1962-03-04',
  address: [{ use: 'home', text: '青梧街道', extension: [{ url: `${base}/StructureDefinition/area-code`, valueCode: '770101001001' }] }],
};
const enrolment = (programme) => ({
  resourceType: 'EpisodeOfCare', id: `e2e-${programme}`, status: 'active',
  type: [{ coding: [{ system: `${base}/CodeSystem/programme`, code: programme }] }],
  patient: { reference: `Patient/${person.id}` }, period: { start: '2025-12-20' },
});

/** Waits until the lists know of what was written. */
async function dueOf(id, wanted) {
  for (let turn = 0; turn < 60; turn += 1) {
    const { items } = await ask(`/api/residents/${id}/programmes`);
    const said = items.flatMap(({ services }) => services).map((one) => `${one.id} ${one.state} ${one.due ?? ''}`.trim());
    if (wanted(said)) return said;
    await new Promise((done) => setTimeout(done, 50));
  }
  return assert.fail('the lists do not follow');
}

const question = (page, id) => page.locator(`[data-item="${id}"]`);
const fill = (page, id, text) => question(page, id).locator('input, textarea').first().fill(text);
const choose = (page, id, label) => question(page, id).getByText(label, { exact: true }).first().click();
async function day(page, id, text) {
  const input = question(page, id).locator('input').first();
  await input.click();
  await input.fill(text);
  await input.press('Enter');
}

async function fillBoth(page) {
  await choose(page, 'way', '家庭');
  await choose(page, 'symptoms', '无症状');
  await fill(page, 'signs/systolic', '132');
  await fill(page, 'signs/diastolic', '80');
  await choose(page, 'signs/dorsalis_pedis', '触及正常');
  await choose(page, 'life/salt', '轻');
  await choose(page, 'life/salt_goal', '轻');
  await choose(page, 'life/mind', '良好');
  await choose(page, 'life/behaviour', '良好');
  await choose(page, 'adherence', '规律');
  await choose(page, 'adverse', '无');
  await choose(page, 'class', '控制满意');
  await day(page, 'next', '2026-03-31');
  await fill(page, 'doctor', '李医生');
  await choose(page, 'dm_symptoms', '无症状');
  await fill(page, 'dm_tests/fasting_glucose', '6.1');
  await choose(page, 'hypoglycaemia', '无');
  await choose(page, 'dm_class', '控制满意');
  await day(page, 'dm_next', '2026-03-31');
}

async function visitBoth(page) {
  await put(person);
  await put(enrolment('hypertension'));
  await put(enrolment('diabetes'));
  const { items } = await ask(`/api/residents?q=${encodeURIComponent('岑随安')}`);
  const { id } = items[0];
  await dueOf(id, (said) => said.length === 4);
  await page.goto(`${baseUrl}/programmes?programme=diabetes&state=due&size=200`);
  await settled(page);
  await assertNoSidewaysScroll(page);
  await picture(page, 'due-list-phone');
  await page.getByRole('button', { name: '随访 岑随安' }).click();
  await page.waitForURL(new RegExp(`/programmes/visit/${id}`));
  await page.goto(`${baseUrl}/programmes/visit/${id}?services=hypertension/follow-up,diabetes/follow-up`);
  await question(page, 'dm_class').waitFor();
  await assertNoSidewaysScroll(page);
  await picture(page, 'visit-phone');
  await fillBoth(page);
  assert.equal(await page.locator('[data-item="signs/systolic"]').count(), 1);
  await page.getByRole('button', { name: '完成随访' }).click();
  await page.waitForURL(new RegExp(`/residents/${id}`));
  return id;
}

export const programmes = [
  {
    name: 'programmes: one visit on a telephone does both follow-ups; the next days move, and death ends them',
    options: phone,
    run: async (page) => {
      const id = await visitBoth(page);
      const after = await dueOf(id, (said) => said.filter((one) => one.includes('follow-up later 2026-03-31')).length === 2);
      assert.equal(after.length, 4);
      await page.locator('[data-service="diabetes/follow-up"]').getByText('2026-03-31').waitFor();
      await assertNoSidewaysScroll(page);
      await assertAccessible(page);
      await picture(page, 'resident-phone');
      await put({ ...person, deceasedDateTime: '2025-12-30' });
      await dueOf(id, (said) => said.length === 0);
    },
  },
  {
    name: 'programmes: the due list in English, overdue first, with its counts',
    options: { language: 'en' },
    run: async (page) => {
      await page.goto(`${baseUrl}/programmes`);
      await settled(page);
      await page.locator('.due-row').first().waitFor();
      const marks = await page.locator('.due-row').evaluateAll((rows) => rows.map((row) => (row.querySelector('.due-overdue') ? 0 : 1)));
      assert.deepEqual(marks, [...marks].sort());
      const { people } = await ask('/api/programmes/due?size=1');
      assert.equal(await page.locator('.due-count b').first().innerText(), people.overdue.toLocaleString('en-US'));
      await assertEnglish(page);
      await assertAccessible(page);
      await picture(page, 'due-list');
    },
  },
];
