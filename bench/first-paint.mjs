// First contentful paint of the first screen, cold cache: BASE_URL=http://127.0.0.1:8080 node bench/first-paint.mjs
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const url = process.env.BASE_URL;
for (let run = 1; run <= 5; run += 1) {
  const profile = mkdtempSync(join(tmpdir(), 'hb-paint-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport: { width: 1366, height: 768 },
  });
  const page = await context.newPage();
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByText('完成').first().waitFor({ timeout: 20000 });
  const plans = performance.now() - start;
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
  console.log(`run ${run}: first contentful paint ${paint.toFixed(0)} ms, plans on the page ${plans.toFixed(0)} ms`);
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
