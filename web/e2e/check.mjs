// What every page must keep, whatever it shows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** No Chinese outside elements marked as Chinese: texts, and the attributes that people read. */
export async function assertEnglish(page) {
  const found = await page.evaluate(() => {
    const chinese = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]/;
    const marked = (element) => element.closest('[lang="zh"]') !== null;
    const hits = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { parentElement, data } = texts.currentNode;
      if (!chinese.test(data) || marked(parentElement) || ['STYLE', 'SCRIPT'].includes(parentElement.tagName)) continue;
      hits.push(data.trim().slice(0, 80));
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
        const value = element.getAttribute(name);
        if (value && chinese.test(value) && !marked(element)) hits.push(`${name}=${value.slice(0, 80)}`);
      }
    }
    return [...(chinese.test(document.title) ? [document.title] : []), ...hits];
  });
  assert.deepEqual(found, [], 'Chinese text on the English page');
}

/** A phone is scrolled with one thumb, downwards only. */
export async function assertNoSidewaysScroll(page) {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  assert.ok(content <= window, `the page is ${content} pixels wide in a window of ${window}`);
}

/** What still fades in has other colours than it will have. */
async function settleAnimations(page) {
  await page.evaluate(() => Promise.all(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => undefined))));
}

async function violationsOf(page) {
  await settleAnimations(page);
  return page.evaluate(async () => {
    const result = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return result.violations.map(({ id, help, nodes }) => `${id}: ${help} – ${nodes[0].html.slice(0, 160)} (${nodes.length})`);
  });
}

/** Automatic accessibility rules of WCAG 2.2 A and AA, contrast included. */
export async function assertAccessible(page) {
  await page.evaluate(axeSource);
  let violations = await violationsOf(page);
  if (violations.length > 0) {
    // Something may have begun to fade while the rules were run; what is wrong stays wrong.
    await page.waitForTimeout(500);
    violations = await violationsOf(page);
  }
  assert.deepEqual(violations, [], 'accessibility rules broken');
}

export async function textOf(page, selector) {
  return (await page.locator(selector).first().innerText()).trim();
}
