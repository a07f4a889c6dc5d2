// Finding among thousands of events, and the start page above them.
import { FindPage } from '../../pages/find.ts';
import { prompt } from '../../support/prompt.ts';
import { expect, test } from '../../support/seeded.ts';
import { visit } from '../../support/visit.ts';

test('an event is found by its user, with what became of it at each webhook', async ({ page, seed }) => {
  const find = new FindPage(page, seed.organization);
  for (const text of ['ada.lovelace', 'ADA.LOVELACE@northwind.example', seed.organization.admin.id]) {
    await find.open(text);
    await prompt(page);
    await expect(find.events, text).toHaveCount(20);
    const newest = find.events.first();
    await expect(newest.getByRole('heading')).toHaveText('USER_REMOVED_FROM_GROUP for ada.lovelace');
    await expect(newest.locator('tbody').getByRole('row')).toHaveCount(12);
    await expect(find.row(newest, 'docs-groups')).toContainText(/Pending.*Refused/);
    await expect(find.row(newest, 'mail-groups')).toContainText(/Held.*it was disabled/);
    await expect(find.row(newest, 'billing-groups')).toContainText('Answered 200 at attempt 1');
    await expect(newest.getByText('38 webhooks are for other types')).toBeVisible();
  }
});

test('older events are some pages away', async ({ page, seed }) => {
  const find = new FindPage(page, seed.organization);
  // Of 1,950 log ins 24 people have 81 each, and the first six one more. The eighth was created besides.
  const pages = [20, 20, 20, 20, 2];
  await find.open('grace.hopper');
  for (const [at, count] of pages.entries()) {
    await expect(find.events).toHaveCount(count);
    await expect(find.events.first().getByRole('heading')).toHaveText(`${at === 0 ? 'USER_CREATED' : 'USER_LOGIN'} for grace.hopper`);
    await prompt(page);
    const last = at === pages.length - 1;
    await expect(find.older).toHaveCount(last ? 0 : 1);
    if (last) break;
    const before = page.url();
    await find.older.click();
    await expect(page).not.toHaveURL(before);
  }
});

test('the start page says what needs somebody', async ({ page }) => {
  await visit(page, '/');
  await prompt(page);
  const failed = page.getByRole('region', { name: 'What failed lately' });
  await expect(failed.getByRole('listitem')).toHaveText([
    /^crm-leavers\d+ failed attempts/,
    /^billing-accountsDisabled by Herald: The receiver answered 410 Gone/,
    /^docs-groups\d+ failed attempts/,
    /^USER_CREATED for ada\.lovelaceto billing-accounts, given up/,
  ]);
  const waiting = page.getByRole('region', { name: 'What is pending' });
  await expect(waiting.getByRole('listitem')).toHaveText([
    /^chat-accounts10 held/, /^billing-accounts9 held/, /^crm-leavers2 pending/, /^docs-groups2 pending/,
    /^forum-leavers2 held/, /^mail-groups2 held/,
  ]);
  const events = page.getByRole('region', { name: 'Recent events', exact: true });
  await expect(events.locator('tbody').getByRole('row').first()).toContainText('USER_REMOVED_FROM_GROUP for alan.turing10 of 12 delivered');
});
