// The same work by fhirpath.js: node peer.mjs MODULES EXPRESSIONS.txt RESOURCES.ndjson SECONDS
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, expressions, resources, seconds] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const fhirpath = require('fhirpath');
const model = require('fhirpath/fhir-context/r4');
// CPU time of this thread so far, s: its compiler and garbage collector have threads of their own.
const cpuTime = () => Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
const byType = new Map();
for (const line of fs.readFileSync(resources, 'utf8').split('\n').filter(Boolean)) {
  const resource = JSON.parse(line);
  if (!byType.has(resource.resourceType)) byType.set(resource.resourceType, []);
  byType.get(resource.resourceType).push(resource);
}
for (const line of fs.readFileSync(expressions, 'utf8').split('\n').filter(Boolean)) {
  const [type, text] = line.split('\t');
  const expression = fhirpath.compile(text, model);
  const list = byType.get(type);
  const round = () => list.reduce((items, resource) => items + expression(resource).length, 0);
  const items = round();
  const start = cpuTime();
  let evaluations = 0;
  let took = 0;
  while (took < Number(seconds)) {
    for (const resource of list) expression(resource);
    evaluations += list.length;
    took = cpuTime() - start;
  }
  console.log(`${text}\t${Math.round(evaluations / took)}\t${items}`);
}
