// The Deliveries tab of a webhook with thousands: pages, filters, and sending all of them again.
import { DeliveriesPage } from '../../pages/deliveries.ts';
import { prompt } from '../../support/prompt.ts';
import { expect, test } from '../../support/seeded.ts';
import { awake } from '../../support/visit.ts';

const PAGE_ROWS = 50;

test('pages lead to older ones and back, each delivery once', async ({ page, seed }) => {
  const list = new DeliveriesPage(page, seed.organization, seed.webhook('billing-logins'));
  const shown = () => list.rows.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  await list.open();
  const pages = [await shown()];
  await prompt(page);
  while (pages.length < 4) {
    const [newest] = pages.at(-1)!;
    await list.older.click();
    await expect(list.rows.getByRole('link').first()).not.toHaveAttribute('href', newest!);
    await expect(list.rows).toHaveCount(PAGE_ROWS);
    pages.push(await shown());
    await prompt(page);
  }
  expect(pages.map((rows) => rows.length)).toEqual([PAGE_ROWS, PAGE_ROWS, PAGE_ROWS, PAGE_ROWS]);
  expect(new Set(pages.flat()).size).toBe(4 * PAGE_ROWS);
  for (const before of [pages[2], pages[1]]) {
    await page.goBack();
    await expect.poll(shown).toEqual(before);
  }
  await list.newest.click();
  await expect.poll(shown).toEqual(pages[0]);
  await expect(list.newest).toHaveCount(0);
});

test('the pages have each delivery once, down to the oldest', async ({ page, seed }) => {
  const seen = new Set<string>();
  let address: string | null = new DeliveriesPage(page, seed.organization, seed.webhook('chat-logins')).path;
  while (address) {
    const html = await (await page.request.get(address)).text();
    for (const [, id] of html.matchAll(/href="\/organizations\/[0-9a-f]{24}\/deliveries\/([0-9a-f]{24})"/g)) seen.add(id!);
    address = /href="([^"]*cursor=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? null;
  }
  expect(seen.size).toBe(seed.logins);
});

test('filters find what they say, promptly', async ({ page, seed }) => {
  const works = new DeliveriesPage(page, seed.organization, seed.webhook('billing-logins'));
  for (const query of ['?status=delivered', '?type=USER_LOGIN', '?from=2020-01-01T00:00', '?status=delivered&to=2100-01-01T00:00']) {
    await works.open(query);
    await expect(works.rows, query).toHaveCount(PAGE_ROWS);
    await prompt(page);
  }
  for (const query of ['?status=failed', '?status=pending', '?to=2020-01-01T00:00', '?type=USER_CREATED']) {
    await works.open(query);
    await expect(page.getByRole('heading', { name: 'No delivery matches' }), query).toBeVisible();
    await prompt(page);
  }
  const gone = new DeliveriesPage(page, seed.organization, seed.webhook('billing-accounts'));
  for (const [query, count] of [['?status=failed', 1], ['?status=held', 9], ['', 10]] as const) {
    await gone.open(query);
    await expect(gone.rows, query).toHaveCount(count);
  }
});

test('all that match are counted, and as many are sent again', async ({ page, seed }) => {
  const list = new DeliveriesPage(page, seed.organization, seed.webhook('docs-logins'));
  const before = seed.receiver.requests.length;
  await list.open('?status=delivered');
  await expect(list.redeliverAll).toHaveText('Redeliver all that match (1000 or more)');
  await list.redeliverAll.click();
  await expect(list.modal).toHaveAccessibleName(`Redeliver ${seed.logins} deliveries that arrived already?`);
  await awake(page);
  await prompt(page);
  await list.confirm(`Redeliver all ${seed.logins}`).click();
  await expect(list.job).toContainText(`Done: ${seed.logins} sent again`, { timeout: 20_000 });
  await expect.poll(() => seed.receiver.requests.length, { timeout: 20_000 }).toBe(before + seed.logins);
  const again = seed.receiver.requests.slice(before);
  expect(again.every(({ path }) => path === '/docs')).toBe(true);
  expect(new Set(again.map(({ headers }) => headers['webhook-id'])).size).toBe(seed.logins);
});
