// What is watched in every test is noticed: each fault is planted once, in a context that only this spec watches.
import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { Watch } from '../support/watch.ts';

const WAYS: [fault: string, plant: (page: Page) => Promise<unknown>, found: RegExp][] = [
  ['a warning', (page) => page.evaluate(() => console.warn('planted')), /^console\.warning: planted/],
  ['an error', (page) => page.evaluate(() => console.error('planted')), /^console\.error: planted/],
  ['a dialog', (page) => page.evaluate(() => alert('planted')), /^dialog: planted/],
  ['an exception', (page) => page.evaluate(() => void setTimeout(() => { throw new Error('planted'); })), /^exception: Error: planted/],
  ['a breach of the CSP', (page) => page.evaluate(() => document.body.setAttribute('onclick', 'planted()')), /^console\.error: .*Content Security Policy/],
  ['a hydration that does not match', (page) => changed(page, (html) => html.replaceAll(/<leptos-island[^>]*>/g, '$&text')), /^exception: RuntimeError/],
  ['a page that ends early', (page) => changed(page, (html) => html.replace('</html>', '')), /ends with: /],
];

for (const [fault, plant, found] of WAYS) {
  test(`${fault} is noticed`, { tag: '@javascript' }, async ({ browser, baseURL }) => {
    const context = await browser.newContext({ baseURL });
    const watch = new Watch(context, true);
    const page = await context.newPage();
    await page.goto('/sign-in');
    await plant(page);
    await expect.poll(() => watch.found()).toEqual([expect.stringMatching(found)]);
    await context.close();
  });
}

/** Loads the page anew as a server would send it that has this fault. */
async function changed(page: Page, change: (html: string) => string): Promise<void> {
  await page.route('/sign-in', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: change(await response.text()) });
  });
  await page.reload();
}
