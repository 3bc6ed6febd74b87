// The tables of docs/performance/fhir.md from the sheets of bench/fhir.sh.
import { readFileSync } from 'node:fs'

const rows = (file) => readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map((line) => line.split(','))
const number = (value, digits = 0) =>
  Number(value).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

const asked = rows(process.argv[2]).map(([size, who, kind, connections, requests, rate, p50, p99, max, failed, cpu]) => ({
  size: Number(size), who, kind, connections: Number(connections), requests: Number(requests), rate: Number(rate),
  p50: Number(p50), p99: Number(p99), max: Number(max), failed: Number(failed), cpu: Number(cpu),
}))
const indexes = rows(process.argv[3])

const reads = asked.filter((one) => one.who.startsWith('token'))
const sizes = [...new Set(asked.filter((one) => !one.who.startsWith('token')).map((one) => one.size))]
const find = (size, who, kind) => asked.find((one) => one.size === size && one.who === who && one.kind === kind)

/// What was aimed at, and whether this run reached it.
const targets = []
const rate = (what, kind, least) => {
  const one = reads.find((row) => row.kind === kind && row.who === 'token')
  if (one) targets.push([what, `${number(one.rate)} /s`, one.rate >= least])
}
rate('at least 5,000 small transactions/s, durable, 128 connections', 'transaction', 5000)
rate('reads by id without audit: at least 25,000 /s', 'read-staff', 25000)
rate('reads by id with audit: at least 10,000 /s (Patient)', 'read-patient', 10000)
rate('reads by id with audit: at least 10,000 /s (Observation)', 'read-observation', 10000)
if (sizes.length > 1) {
  const least = find(sizes[0], 'administrator', 'identifier')
  const most = find(sizes.at(-1), 'administrator', 'identifier')
  const of = `${number(sizes.at(-1))} persons`
  targets.push([`search by a token, p99 at ${of}: at most 10 ms`, `${number(most.p99, 2)} ms`, most.p99 <= 10])
  targets.push([`the same against ${number(sizes[0])} persons: at most twice`, number(most.p99 / least.p99, 2), most.p99 <= 2 * least.p99])
}
for (const [size, , entries, seconds] of indexes.slice(-1))
  targets.push([`search index of ${number(size)} persons: at least 300,000 entries/s`, `${number(entries / seconds)} /s`, entries / seconds >= 300000])
console.log('| target | seen | |\n| --- | --- | --- |')
for (const [what, seen, reached] of targets) console.log(`| ${what} | ${seen} | ${reached ? 'reached' : '**missed**'} |`)
console.log()

console.log('## Reads and writes at many connections\n')
console.log('| what | connections | a second | p50 ms | p99 ms | failed | server CPU µs each |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
for (const one of reads) {
  const name = one.kind + (one.who === 'token+slow' ? ', with 10,000 slow connections' : '')
  // The second before the measurement is in the CPU time and not in the count.
  const each = (one.cpu * 1000) / (one.requests * (1 + 1 / Math.max(1, Math.round(one.requests / one.rate))))
  console.log(`| ${name} | ${one.connections} | ${number(one.rate)} | ${number(one.p50, 2)} | ${number(one.p99, 2)} | ${one.failed} | ${number(each)} |`)
}

const searches = asked.filter((one) => !one.who.startsWith('token'))
for (const who of ['administrator', 'restricted']) {
  console.log(`\n## Searches one after the other: ${who}\n`)
  console.log(`p50 / p99 in ms by number of persons. Last column: p99 of the largest by that of the smallest.\n`)
  console.log(`| search | ${sizes.map((size) => number(size)).join(' | ')} | growth | failed |`)
  console.log(`| --- | ${sizes.map(() => '---:').join(' | ')} | ---: | ---: |`)
  for (const kind of [...new Set(searches.map((one) => one.kind))]) {
    const line = sizes.map((size) => find(size, who, kind))
    const growth = line.at(-1).p99 / line[0].p99
    const failed = line.reduce((sum, one) => sum + one.failed, 0)
    console.log(`| ${kind} | ${line.map((one) => `${number(one.p50, 2)} / ${number(one.p99, 2)}`).join(' | ')} | ${number(growth, 2)} | ${failed} |`)
  }
}
console.log('\n## Restricted against administrator, at the largest size\n')
console.log('| search | p50 | p99 |')
console.log('| --- | ---: | ---: |')
for (const kind of [...new Set(searches.map((one) => one.kind))]) {
  const all = find(sizes.at(-1), 'administrator', kind)
  const some = find(sizes.at(-1), 'restricted', kind)
  console.log(`| ${kind} | ${number(some.p50 / all.p50, 2)} | ${number(some.p99 / all.p99, 2)} |`)
}
if (indexes.length > 0) {
  console.log('\n## Making the search index after a load\n')
  console.log('| persons | versions | entries | seconds | entries/s | bytes/entry | labels of compartments, s | killed after 8 s and gone on with |')
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |')
  for (const [size, reached, entries, seconds, bytes, resumed, labels] of indexes)
    console.log(`| ${number(size)} | ${number(reached)} | ${number(entries)} | ${number(seconds, 2)} | ${number(entries / seconds)} | ${number(bytes / entries, 1)} | ${number(labels, 2)} | ${resumed === entries ? 'the same entries' : `${number(resumed)} entries: WRONG`} |`)
}
