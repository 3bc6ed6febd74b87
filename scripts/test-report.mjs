// scripts/test-report.mjs JUNIT.xml REPORT.md: CTest's result as a page of docs/.
import { readFileSync, writeFileSync } from 'node:fs';

const [, , junit, report] = process.argv;
const xml = readFileSync(junit, 'utf8');
const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

const rows = [...xml.matchAll(/<testcase\b[^>]*>[\s\S]*?<\/testcase>/g)].map(([text]) => {
  const head = text.slice(0, text.indexOf('>'));
  // doctest prints its own counts; skipped cases say why.
  const cases = /test cases:\s*(\d+) \|\s*(\d+) passed/.exec(text);
  const assertions = /assertions:\s*(\d+)/.exec(text);
  return {
    name: attribute(head, 'name'),
    result: attribute(head, 'status') === 'run' ? 'passed' : attribute(head, 'status'),
    seconds: Number(attribute(head, 'time')).toFixed(1),
    cases: cases ? `${cases[2]} of ${cases[1]}` : '',
    assertions: assertions ? Number(assertions[1]).toLocaleString('en') : '',
    skipped: [...text.matchAll(/skipped: [^\n<&]+/g)].map(([line]) => line).join('; '),
  };
});

const lines = [
  '# Test report',
  '',
  'Made by `./test.sh`; what each program tests stands in [testing.md](testing.md).',
  '',
  '| test | result | seconds | cases | assertions | |',
  '| --- | --- | ---: | ---: | ---: | --- |',
  ...rows.map((row) =>
    `| ${row.name} | ${row.result} | ${row.seconds} | ${row.cases} | ${row.assertions} | ${row.skipped} |`),
  '',
];
writeFileSync(report, lines.join('\n'));
