// Browser tests against a running hub with data: BASE_URL=http://127.0.0.1:8080 npm run e2e [-- part of a name]
// They load a small delivery of their own; use a store that is made for tests or for the demo.
import { mkdirSync } from 'node:fs';
import { baseUrl, openPage, startBrowser } from './browser.mjs';
import { accounts } from './cases/accounts.mjs';
import { administration } from './cases/administration.mjs';
import { attacks, attacksOnAccounts } from './cases/attacks.mjs';
import { cards } from './cases/cards.mjs';
import { chapters } from './cases/chapters.mjs';
import { cockpit } from './cases/cockpit.mjs';
import { deliveries } from './cases/deliveries.mjs';
import { figures } from './cases/figures.mjs';
import { flows } from './cases/flows.mjs';
import { indicators } from './cases/indicators.mjs';
import { measures } from './cases/measures.mjs';
import { plans } from './cases/plans.mjs';
import { programmes } from './cases/programmes.mjs';
import { residents } from './cases/residents.mjs';
import { shell } from './cases/shell.mjs';
import { signals } from './cases/signals.mjs';
import { tiles } from './cases/tiles.mjs';
import { work } from './cases/work.mjs';

const only = process.argv[2] ?? '';
const open = [...shell, ...cockpit, ...indicators, ...measures, ...plans, ...residents, ...programmes, ...deliveries, ...signals, ...tiles, ...cards, ...attacks];
const withAccounts = [...accounts, ...administration, ...attacksOnAccounts, ...flows, ...figures, ...chapters, ...work];
const cases = (process.env.HB_ACCOUNTS ? withAccounts : open).filter(({ name }) => name.includes(only));
const pictures = 'test-results';

/** What a browser reports that no page may cause; `expected` allows answers a case provokes. */
function watch(page, expected = []) {
  const found = [];
  const note = (text) => {
    if (!expected.some((pattern) => pattern.test(text))) found.push(text);
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`exception: ${error.message}`));
  return found;
}

async function runCase(browser, { name, options, expected, run }) {
  const page = await openPage(browser, options);
  const complaints = watch(page, expected);
  try {
    await run(page);
    if (complaints.length > 0) throw new Error(`the browser complained:\n  ${complaints.join('\n  ')}`);
  } catch (error) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name.replace(/[^a-z0-9]+/gi, '-')}.png` }).catch(() => undefined);
    throw error;
  } finally {
    await page.context().close();
  }
}

async function main() {
  const ready = await fetch(`${baseUrl}/readyz`).catch(() => null);
  if (!ready?.ok) {
    console.error(`e2e: no hub answers at ${baseUrl}; start one with: healthbrain serve --store STORE`);
    return 2;
  }
  const { browser, close } = await startBrowser();
  let failed = 0;
  try {
    for (const one of cases) {
      const start = Date.now();
      try {
        await runCase(browser, one);
        console.log(`ok    ${one.name} (${Date.now() - start} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${one.name}\n      ${String(error.stack ?? error).replaceAll('\n', '\n      ')}`);
      }
    }
  } finally {
    await close();
  }
  console.log(`${cases.length - failed} of ${cases.length} browser tests passed`);
  return failed > 0 || cases.length === 0 ? 1 : 0;
}

process.exitCode = await main();
