// A job over so many deliveries that it takes a while: how far it is, and stopping it.
import { DeliveriesPage } from '../pages/deliveries.ts';
import { expectToast } from '../pages/toast.ts';
import { violations } from '../support/axe.ts';
import { changeDatabase } from '../support/database.ts';
import { Directory } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { signInAs } from '../support/visit.ts';
import type { Browser, Page } from '@playwright/test';

/** Some hundreds are done at a time, so it takes some seconds. */
const HELD = 400_000;

test.use({ baseURL: async ({ restlessHerald }, use) => use(restlessHerald.url) });

test('a job that runs says how far it is, and is stopped there', async ({ page, browser, restlessHerald }) => {
  test.slow();
  const directory = new Directory(restlessHerald);
  const organization = await directory.organization();
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', enabled: false });
  await directory.publishLogins(organization, ['ada']);
  await restlessHerald.goAway();
  await multiply(restlessHerald.database);
  await restlessHerald.comeBack();

  await signInAs(page, restlessHerald.admin);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open('?held=discard');
  await list.confirm(`Discard ${HELD}`).click();
  await expect(list.job).toContainText(new RegExp(`Discarding what was held: \\d+ of ${HELD}`));
  await expect(list.job.getByRole('progressbar', { name: 'How far it is' })).toBeVisible();
  const running = await still(browser, page);
  await list.job.getByRole('button', { name: 'Stop' }).click();
  await expectToast(page, 'Stopped: what was done stays done');
  await expect(list.job).toContainText(new RegExp(`Stopped: \\d+ of ${HELD} discarded`));
  const done = Number(/Stopped: (\d+) of/.exec(await list.job.innerText())?.[1]);
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(HELD);
  await expect(page.getByRole('heading', { name: `${HELD - done} held`, exact: true })).toBeVisible();
  await expect(list.job.getByRole('button', { name: 'Stop' })).toHaveCount(0);
  await list.open('?status=cancelled');
  await expect(list.rows).toHaveCount(50);

  await expect(new DeliveriesPage(running, organization, webhook).job.getByRole('progressbar')).toBeVisible();
  for (const theme of ['light', 'dark']) {
    await running.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
    expect(await violations(running), `while it runs, ${theme}`).toEqual([]);
  }
  await running.context().close();
});

/** The same page as it is now, without what would take it further. */
async function still(browser: Browser, page: Page): Promise<Page> {
  const storageState = await page.context().storageState();
  const context = await browser.newContext({ storageState, javaScriptEnabled: false });
  const copy = await context.newPage();
  await copy.goto(page.url());
  return copy;
}

/** Until there are so many of the only delivery: to publish them would take minutes. */
async function multiply(database: string): Promise<void> {
  const sql = `
    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${HELD})
    INSERT INTO deliveries (id, event_seq, webhook_seq, state, head, created_at)
    SELECT lower(hex(randomblob(12))), event_seq, webhook_seq, state, head, created_at FROM n, deliveries WHERE state = 'held'`;
  await changeDatabase(database, sql);
}
