// Import `test` and `expect` from here. A worker shares one server; each test gets a browser that is watched.
import { type BrowserContext, expect, type Page, test as base } from '@playwright/test';
import { Directory, type Organization } from './directory.ts';
import {
  type Demo,
  DEMO_STARTS_MS_MAX,
  type EmptyHerald,
  type Herald,
  type RestlessHerald,
  SERVER_MS_MAX,
  withDemo,
  withEmptyHerald,
  withHerald,
  withRestlessHerald,
} from './herald.ts';
import { Receiver } from './receiver.ts';
import { Watch } from './watch.ts';

export { expect };

interface WorkerFixtures {
  herald: Herald;
  directory: Directory;
}

interface TestFixtures {
  /** A webhook's receiver, a new one for each test. */
  receiver: Receiver;
  /** An organization of its own for each test. */
  organization: Organization;
  /** A server that nobody has set up, for this test alone. */
  emptyHerald: EmptyHerald;
  /** A server of its own that goes away and comes back. */
  restlessHerald: RestlessHerald;
  /** A filled example, for this test alone. */
  demo: Demo;
  /** What may stand in the browser's console, because the test is about it. */
  expectedInConsole: RegExp | undefined;
  /** A page in another browser, which shares no cookie with `page`. */
  otherPage: Page;
  serverLogOnFailure: void;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  herald: [({}, use) => withHerald(use), { scope: 'worker', timeout: SERVER_MS_MAX }],

  directory: [async ({ herald }, use) => use(new Directory(herald)), { scope: 'worker' }],

  baseURL: ({ herald }, use) => use(herald.url),

  expectedInConsole: [undefined, { option: true }],

  context: ({ context, javaScriptEnabled, expectedInConsole }, use) =>
    watched(context, javaScriptEnabled, use, expectedInConsole),

  otherPage: async ({ browser, baseURL, javaScriptEnabled }, use) => {
    const context = await browser.newContext({ baseURL, javaScriptEnabled });
    await watched(context, javaScriptEnabled, async () => use(await context.newPage()));
    await context.close();
  },

  receiver: async ({}, use) => {
    const receiver = await Receiver.start();
    await use(receiver);
    await receiver.stop();
  },

  organization: async ({ directory }, use) => use(await directory.organization()),

  emptyHerald: [({}, use) => withEmptyHerald(use), { timeout: SERVER_MS_MAX }],

  demo: [({}, use) => withDemo(use), { timeout: DEMO_STARTS_MS_MAX }],

  restlessHerald: [({}, use) => withRestlessHerald(use), { timeout: SERVER_MS_MAX }],

  serverLogOnFailure: [
    async ({ herald }, use, info) => {
      const before = herald.log().length;
      await use();
      if (info.status !== info.expectedStatus) {
        await info.attach('herald.log', { body: herald.log().slice(before), contentType: 'text/plain' });
      }
    },
    { auto: true },
  ],
});

async function watched(
  context: BrowserContext,
  hasScript: boolean | undefined,
  use: (context: BrowserContext) => Promise<void>,
  expected?: RegExp,
): Promise<void> {
  const watch = new Watch(context, hasScript ?? true, expected);
  await use(context);
  expect(await watch.found(), 'what went wrong beside the test').toEqual([]);
}
