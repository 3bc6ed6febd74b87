#!/usr/bin/env node
// Takes one defence after the other out of a copy of the program and runs the test that must fail then: a test that
// passes with and without what it tests proves nothing. Writes docs/defences.md.
//   scripts/test-defences.mjs               all of tests/defences/list.mjs
//   scripts/test-defences.mjs "CSRF token"  those whose name has this in it; no report
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import list from "../tests/defences/list.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const copy = join(root, "build", "defences");
const wanted = process.argv[2] ?? "";
const chosen = list.filter((one) => one.name.includes(wanted));
const launch = (process.env.HB_LAUNCH ?? "").split(" ").filter(Boolean); // put before every long command
const seconds = 300; // for one test; without its defence it may go on for ever

function run(command, ...options) {
  const [program, ...rest] = [...launch, command, ...options];
  return spawnSync(program, rest, { cwd: copy, encoding: "utf8", timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: 1 << 28 });
}

/// The files of the project as they are in the folder, committed or not; what is installed is linked.
function copy_project() {
  rmSync(join(copy, "tests"), { recursive: true, force: true });
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  for (const file of files.split("\0").filter(Boolean)) {
    const to = join(copy, file);
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(to), { recursive: true });
    if (!existsSync(to) || !readFileSync(to).equals(readFileSync(join(root, file)))) copyFileSync(join(root, file), to);
  }
  for (const part of ["third_party/duckdb/include", "third_party/duckdb/node_modules", "third_party/definitions/node_modules", "web/node_modules", "web/dist"])
    if (!existsSync(join(copy, part)) && existsSync(join(root, part))) symlinkSync(join(root, part), join(copy, part));
}

function build(target) {
  const targets = target === "test_cli" ? ["test_cli", "healthbrain"] : [target];
  const long = spawnSync(launch[0] ?? "ninja", [...launch.slice(1), ...(launch.length ? ["ninja"] : []), "-C", "build/release", ...targets],
    { cwd: copy, encoding: "utf8", maxBuffer: 1 << 28 });
  return long.status === 0 ? "" : long.stdout.slice(-1500);
}

function test(one) {
  return run(join("build/release/tests", one.target), `-tc=${one.cases}`);
}

/// What is seen: the first check that failed, or how the test ended.
function seen(done) {
  if (done.error?.code === "ETIMEDOUT" || done.signal === "SIGKILL") return `went on for more than ${seconds} s`;
  const failed = done.stdout.match(/^.*(?:ERROR|FATAL).*$/m)?.[0] ?? "";
  const place = failed.match(/tests\/\S+?:\d+/)?.[0];
  return place ? `\`${place}\` failed` : failed ? failed.slice(0, 100) : `ended with ${done.signal ?? done.status}`;
}

function judge(one) {
  const file = join(copy, one.file);
  const text = readFileSync(file, "utf8");
  if (text.split(one.find).length !== 2) return { ok: false, word: `its text stands ${text.split(one.find).length - 1} times in ${one.file}, not once` };
  const before = build(one.target);
  if (before) return { ok: false, word: `does not build: ${before}` };
  const sound = test(one);
  if (sound.status !== 0) return { ok: false, word: `the test fails with the defence: ${seen(sound)}` };
  if (!/test cases:\s+[1-9]/.test(sound.stdout) || /\| +0 passed/.test(sound.stdout)) return { ok: false, word: "no such test case" };
  try {
    writeFileSync(file, text.replace(one.find, () => one.replace));
    const fault = build(one.target);
    if (fault) return { ok: false, word: `does not build without it: ${fault}` };
    const done = test(one);
    return done.status === 0 ? { ok: false, word: "**the test passes without it**" } : { ok: true, word: seen(done) };
  } finally {
    writeFileSync(file, text);
  }
}

copy_project();
if (!existsSync(join(copy, "build/release/build.ninja"))) {
  const made = run("cmake", "-S", ".", "-B", "build/release", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
    "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "-DCMAKE_C_COMPILER_LAUNCHER=ccache");
  if (made.status !== 0) throw new Error(made.stderr);
}
const rows = [];
for (const one of chosen) {
  const verdict = judge(one);
  rows.push({ ...one, ...verdict });
  console.log(`${verdict.ok ? "fails without it" : "DEFECT"}: ${one.name}: ${verdict.word}`);
}
const bad = rows.filter((row) => !row.ok);
if (!wanted)
  writeFileSync(join(root, "docs", "defences.md"), [
    "# Defences taken out", "",
    `Made by \`scripts/test-defences.mjs\` on ${new Date().toISOString().slice(0, 10)}: each defence was taken out of a copy of the program, built and its`,
    "test run, which must fail; with the defence it passes in the same run. What is taken out stands in `tests/defences/list.mjs`.", "",
    `${rows.length - bad.length} of ${rows.length} tests fail without their defence.`, "",
    "| defence | where | test | without it |", "| --- | --- | --- | --- |",
    ...rows.map((row) => `| ${row.name} | \`${row.file}\` | ${row.target}: ${row.cases.replaceAll("*", "…")} | ${row.word.replaceAll("|", "\\|").split("\n")[0]} |`),
    "",
  ].join("\n"));
process.exit(bad.length ? 1 : 0);
