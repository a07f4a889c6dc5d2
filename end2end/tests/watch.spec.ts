// What is watched in every test is noticed: each fault is planted once, in a context that only this spec watches.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

test('a page whose connection breaks is noticed, one that is left is not', { tag: '@javascript' }, async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL });
  const watch = new Watch(context, true);
  const page = await context.newPage();
  await withHalfPage(async (url, breakOff) => {
    await page.goto(url, { waitUntil: 'commit' });
    await page.goto('/sign-in');
    expect(await watch.found()).toEqual([]);
    await page.goto(url, { waitUntil: 'commit' });
    breakOff();
    await expect.poll(() => watch.found()).toContainEqual(expect.stringContaining(`${url} (200) ends with: `));
  });
  await context.close();
});

/** Loads the page anew as a server would send it that has this fault. */
async function changed(page: Page, change: (html: string) => string): Promise<void> {
  await page.route('/sign-in', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: change(await response.text()) });
  });
  await page.reload();
}

/** A page of which the end does not come; `breakOff` ends the connection. */
async function withHalfPage(use: (url: string, breakOff: () => void) => Promise<void>): Promise<void> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).write('<!doctype html><title>Half</title><p>Half');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, () => server.closeAllConnections());
  server.closeAllConnections();
  server.close();
}
