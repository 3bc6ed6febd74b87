// A client of FHIR that nobody here wrote (npm fhir-kit-client) walks the interface of a running server.
//   node walk.mjs BASE TOKEN
import assert from 'node:assert/strict';
import Client from 'fhir-kit-client';

const [base, token] = process.argv.slice(2);
const client = new Client({ baseUrl: base, bearerToken: token });
const steps = [];
const step = async (name, run) => {
  try {
    await run();
  } catch (error) {
    error.message = `${name}: ${error.message} ${JSON.stringify(error.response?.data ?? '')}`;
    throw error;
  }
  steps.push(name);
};
const httpOf = (resource) => Client.httpFor(resource).response;
const refused = (promise, status) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.response.status, status);
    assert.equal(error.response.data.resourceType, 'OperationOutcome');
    return true;
  });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const blood = (patient, value) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
  subject: { reference: patient },
  effectiveDateTime: '2025-06-01T08:00:00+08:00',
  valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
});

let clinic;
await step('metadata', async () => {
  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, '4.0.1');
  const names = statement.rest[0].operation.map((one) => one.name);
  for (const name of ['export', 'import', 'viewdefinition-run']) assert(names.includes(name), name);
});
await step('create, read, vread', async () => {
  clinic = await client.create({
    resourceType: 'Organization',
    body: { resourceType: 'Organization', name: '示例中心', identifier: [{ system: 'urn:t', value: 'O-1' }] },
  });
  assert.equal(httpOf(clinic).status, 201);
  const read = await client.read({ resourceType: 'Organization', id: clinic.id });
  assert.equal(read.name, '示例中心');
  const version = await client.vread({ resourceType: 'Organization', id: clinic.id, version: '1' });
  assert.deepEqual(version, read);
});
await step('update with If-Match', async () => {
  const body = { ...clinic, name: '示例医院' };
  const ask = (tag) =>
    client.update({
      resourceType: 'Organization', id: clinic.id, body, options: { headers: { 'If-Match': tag } },
    });
  await refused(ask('W/"7"'), 412);
  const updated = await ask('W/"1"');
  assert.equal(updated.meta.versionId, '2');
});
await step('history', async () => {
  const history = await client.resourceHistory({ resourceType: 'Organization', id: clinic.id });
  assert.equal(history.total, 2);
});
await step('conditional create', async () => {
  const again = await client.create({
    resourceType: 'Organization',
    body: { resourceType: 'Organization', name: '又一次' },
    options: { headers: { 'If-None-Exist': 'identifier=urn:t|O-1' } },
  });
  assert.equal(again.id, clinic.id);
});
let person;
await step('transaction with references inside', async () => {
  const entry = (url, resource, fullUrl) => ({ fullUrl, resource, request: { method: 'POST', url } });
  const done = await client.transaction({
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        entry('Patient', { resourceType: 'Patient', gender: 'female', birthDate: '1980-01-01' }, 'urn:uuid:p'),
        ...[121, 132, 143, 154, 165].map((value, i) => entry('Observation', blood('urn:uuid:p', value), `urn:uuid:${i}`)),
      ],
    },
  });
  assert.equal(done.entry.length, 6);
  assert(done.entry.every((one) => one.response.status.startsWith('201')));
  person = done.entry[0].response.location.split('/')[1];
});
await step('a transaction that is refused leaves nothing', async () => {
  await refused(
    client.transaction({
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { resource: blood(`Patient/${person}`, 199), request: { method: 'POST', url: 'Observation' } },
          { resource: { resourceType: 'Observation' }, request: { method: 'POST', url: 'Observation' } },
        ],
      },
    }),
    422,
  );
  const none = await client.search({ resourceType: 'Observation', searchParams: { 'value-quantity': '199', _total: 'accurate' } });
  assert.equal(none.total, 0);
});
await step('search with pages, forwards', async () => {
  let page = await client.search({
    resourceType: 'Observation', searchParams: { patient: person, code: 'http://loinc.org|8480-6', _count: 2, _sort: 'date' },
  });
  const values = [];
  let pages = 0;
  for (; page; page = await client.nextPage({ bundle: page })) {
    ++pages;
    values.push(...page.entry.map((one) => one.resource.valueQuantity.value));
  }
  assert.equal(pages, 3);
  assert.deepEqual(values.sort(), [121, 132, 143, 154, 165]);
});
await step('search by POST, _include, _summary=count', async () => {
  const found = await client.search({
    resourceType: 'Observation', searchParams: { patient: person, _include: 'Observation:subject' }, options: { postSearch: true },
  });
  assert.deepEqual(new Set(found.entry.map((one) => one.search.mode)), new Set(['match', 'include']));
  const count = await client.search({ resourceType: 'Observation', searchParams: { patient: person, _summary: 'count' } });
  assert.equal(count.total, 5);
});
await step('references resolved', async () => {
  const found = await client.search({ resourceType: 'Observation', searchParams: { patient: person, _count: 1 } });
  const patient = await client.resolve({ reference: found.entry[0].resource.subject.reference });
  assert.equal(patient.id, person);
});
await step('operations: $everything, $validate', async () => {
  const all = await client.operation({ name: 'everything', resourceType: 'Patient', id: person, method: 'GET' });
  assert.equal(all.total, 6);
  const outcome = await client.operation({ name: 'validate', resourceType: 'Observation', input: { resourceType: 'Observation' } });
  assert.equal(outcome.resourceType, 'OperationOutcome');
});
await step('refusals are OperationOutcomes', async () => {
  await refused(client.read({ resourceType: 'Patient', id: 'nobody' }), 404);
  await refused(client.search({ resourceType: 'Patient', searchParams: { nothing: '1' } }), 400);
  await refused(new Client({ baseUrl: base }).read({ resourceType: 'Patient', id: person }), 401);
});
await step('delete', async () => {
  const made = await client.create({ resourceType: 'Organization', body: { resourceType: 'Organization', name: '丁' } });
  await client.delete({ resourceType: 'Organization', id: made.id });
  await refused(client.read({ resourceType: 'Organization', id: made.id }), 410);
});
await step('a read token may not write', async () => {
  const reader = new Client({ baseUrl: base, bearerToken: process.argv[4] });
  assert.equal((await reader.read({ resourceType: 'Organization', id: clinic.id })).id, clinic.id);
  await refused(reader.create({ resourceType: 'Organization', body: { resourceType: 'Organization', name: '丙' } }), 403);
});

/// Kick-off, waiting and fetching by the client's own requests; NDJSON by fetch with the manifest's addresses.
const bulk = async (path) => {
  const begun = await client.request(path, { options: { headers: { Prefer: 'respond-async' } } });
  const place = httpOf(begun).headers.get('content-location');
  for (let i = 0; i < 300; ++i) {
    const answer = await fetch(place, { headers: { Authorization: `Bearer ${token}` } });
    if (answer.status === 202) {
      await pause(20);
      continue;
    }
    assert.equal(answer.status, 200);
    return { place, manifest: await answer.json() };
  }
  throw new Error('the export does not end');
};
await step('$export: everything that was written', async () => {
  const { place, manifest } = await bulk('Patient/$export?_type=Patient,Observation');
  assert.equal(manifest.requiresAccessToken, true);
  const found = {};
  for (const file of manifest.output) {
    assert.equal((await fetch(file.url)).status, 401);
    const answer = await fetch(file.url, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    const lines = (await answer.text()).trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.length, file.count);
    found[file.type] = lines;
  }
  assert.equal(found.Observation.length, 5);
  const patient = await client.read({ resourceType: 'Patient', id: person });
  assert.deepEqual(found.Patient.find((one) => one.id === person), patient);
  const removed = await fetch(place, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
  assert.equal(removed.status, 202);
  assert.equal((await fetch(place, { headers: { Authorization: `Bearer ${token}` } })).status, 404);
});
console.log(`fhir-kit-client: ${steps.length} steps: ${steps.join('; ')}`);
