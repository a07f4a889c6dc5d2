// The Deliveries tab: filters, pages, sending many again, what is held, and what is new.
import type { Page, Request } from '@playwright/test';
import { DeliveriesPage } from '../pages/deliveries.ts';
import { DeliveryPage } from '../pages/delivery.ts';
import { summaryOf } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import type { Directory, Organization, Webhook } from '../support/directory.ts';
import type { Receiver } from '../support/receiver.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test.beforeEach(({ page, organization }) => signInAs(page, organization.admin));

/** A webhook that has got so many log ins. */
async function delivered(directory: Directory, organization: Organization, receiver: Receiver, names: string[]): Promise<Webhook> {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url });
  await directory.publishLogins(organization, names);
  for (const _ of names) await receiver.next();
  const done = async () => (await directory.deliveries(organization, webhook)).filter(({ status }) => status === 'delivered').length;
  await expect.poll(done).toBe(names.length);
  return webhook;
}

test('each row says what became of it and leads to it', async ({ page, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada', 'grace']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  const headings = page.getByRole('columnheader');
  await expect(headings).toHaveText(['Select', 'Status', 'Type', 'Event', 'Attempts', 'Response', 'Latency', 'Next attempt', 'Time']);
  const row = list.rows.filter({ hasText: 'ada' });
  await expect(row.getByRole('cell')).toHaveText(['', 'Delivered', 'USER_LOGIN', 'for ada', '1', '200', /^[\d.]+ m?s$/, '–', /now|ago/]);
  await row.getByRole('link', { name: 'ada' }).click();
  await expect(new DeliveryPage(page).heading).toHaveText('USER_LOGIN for ada');
});

test('filters are in the address, and can be cleared', async ({ page, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  await list.status.selectOption('failed');
  await list.filter.click();
  await expect(page).toHaveURL(/status=failed/);
  await expect(page.getByRole('heading', { name: 'No delivery matches' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).first().click();
  await expect(list.rows).toHaveCount(1);
  await list.open('?from=2020-01-01T00:00&to=2020-02-01T00:00');
  await expect(page.getByRole('heading', { name: 'No delivery matches' })).toBeVisible();
  await list.open('?status=delivered&from=2020-01-01T00:00');
  await expect(list.rows).toHaveCount(1);
  await expect(list.status).toHaveValue('delivered');
});

test('older pages are a link away', async ({ page, organization, directory, receiver }) => {
  const names = Array.from({ length: 60 }, (_, at) => `user-${at}`);
  const webhook = await delivered(directory, organization, receiver, names);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open('?status=delivered');
  await expect(list.rows).toHaveCount(50);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/status=delivered&cursor=/);
  await expect(list.rows).toHaveCount(10);
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(list.rows).toHaveCount(50);
});

test('what is selected is sent again', async ({ page, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada', 'grace', 'linus']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  for (const name of ['ada', 'linus']) await list.rows.filter({ hasText: name }).getByRole('checkbox').check();
  await list.redeliverSelected.click();
  await expectToast(page, 'They are sent again now');
  const again = [await receiver.next(), await receiver.next()].map((request) => request.json().payload.username);
  expect(again.sort()).toEqual(['ada', 'linus']);
  expect(receiver.requests).toHaveLength(5);
});

test('an empty selection is answered in words', async ({ page, organization, directory, receiver, javaScriptEnabled }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  await list.redeliverSelected.click({ force: true });
  if (javaScriptEnabled) await expect(page.getByText('Select one or more deliveries first.')).toBeVisible();
  else await expect(summaryOf(page)).toContainText('Select one or more deliveries first.');
});

test('Shift selects a range, and the button counts', { tag: '@javascript' }, async ({ page, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada', 'grace', 'linus', 'ken']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  await list.boxes.nth(0).check();
  await list.boxes.nth(2).click({ modifiers: ['Shift'] });
  await expect(list.redeliverSelected).toHaveText('Redeliver selected (3)');
  await list.all.check();
  await expect(list.redeliverSelected).toHaveText('Redeliver selected (4)');
});

test('all that match are sent again, with the count first', async ({ page, organization, directory, receiver, javaScriptEnabled }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada', 'grace', 'linus']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  await expect(list.redeliverSelected).toBeVisible();
  await expect(list.redeliverAll, 'none has failed').toHaveCount(0);
  await list.open('?status=delivered');
  await expect(list.redeliverAll).toHaveText('Redeliver all 3 that match');
  await list.redeliverAll.click();
  await expect(list.modal).toHaveAccessibleName('Redeliver 3 deliveries that arrived already?');
  await awake(page);
  await list.modal.getByRole('button', { name: 'Cancel' }).click();
  await expect(list.modal).toBeHidden();
  await expect(page).toHaveURL(/\?status=delivered$/);
  expect(receiver.requests).toHaveLength(3);
  await list.redeliverAll.click();
  await expect(list.modal).toBeVisible();
  await awake(page);
  await list.confirm('Redeliver all 3').click();
  await expect(page).toHaveURL(/job=/);
  if (!javaScriptEnabled) await expect(async () => {
    await list.job.getByRole('link', { name: 'Reload' }).click();
    await expect(list.job).toContainText('Done', { timeout: 500 });
  }).toPass();
  await expect(list.job).toContainText('Done: 3 sent again');
  for (let count = 0; count < 3; count += 1) await receiver.next();
  expect(receiver.requests).toHaveLength(6);
});

test('what is sent again is what the list shows', async ({ page, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada', 'grace']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open('?from=2020-01-01T00:00');
  await expect(list.rows).toHaveCount(2);
  await expect(list.redeliverAll).toHaveText('Redeliver all 2 that match');
  await list.redeliverAll.click();
  await expect(list.modal).toHaveAccessibleName('Redeliver 2 deliveries?');
  await expect(list.modal).toContainText('delivered or have failed');
  await awake(page);
  await list.confirm('Redeliver all 2').click();
  await expect(page).toHaveURL(/job=/);
  for (let count = 0; count < 2; count += 1) await receiver.next();
  await list.open('?type=USER_CREATED&from=2020-01-01T00:00');
  await expect(page.getByRole('heading', { name: 'No delivery matches' })).toBeVisible();
  await expect(list.redeliverAll).toHaveCount(0);
  await list.filter.click();
  await expect(page).toHaveURL(/[?&]type=USER_CREATED&/);
  await list.open('?redeliver=all&type=USER_CREATED&from=2020-01-01T00:00');
  await expect(list.modal).toHaveCount(0);
});

test('who waits for removals from groups is led to the groups', async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_REMOVED_FROM_GROUP' });
  await new DeliveriesPage(page, organization, webhook).open();
  await page.getByRole('main').getByRole('link', { name: 'Groups', exact: true }).click();
  await expect(page).toHaveURL(`/organizations/${organization.id}/groups`);
});

test('what was held is discarded', async ({ page, organization, directory, receiver }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url, enabled: false });
  await directory.publishLogins(organization, Array.from({ length: 30 }, (_, at) => `user-${at}`));
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  await page.getByRole('link', { name: 'Discard 30 held' }).click();
  await expect(list.modal).toContainText('will never be sent');
  await awake(page);
  await list.confirm('Discard 30').click();
  await expect(list.job).toContainText(/Discarding what was held|Done: 30 discarded/);
  await expect(async () => {
    await list.open(new URL(page.url()).search);
    await expect(list.job).toContainText('Done: 30 discarded', { timeout: 500 });
  }).toPass();
  await expect(list.job.getByRole('button', { name: 'Stop' })).toHaveCount(0);
  await list.open('?status=cancelled');
  await expect(list.rows).toHaveCount(30);
});

test('what was held is released', async ({ page, organization, directory, receiver }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url, enabled: false });
  await directory.publishLogins(organization, ['ada', 'grace']);
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open();
  await expect(page.getByRole('link', { name: 'Release 2 held' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await expectToast(page, 'Webhook enabled');
  await list.open();
  await page.getByRole('link', { name: 'Release 2 held' }).click();
  await expect(list.modal).toBeVisible();
  await awake(page);
  await list.confirm('Release 2').click();
  await expect(list.job).toContainText(/Releasing what was held|Done: 2 released/);
  for (let count = 0; count < 2; count += 1) await receiver.next();
  await expect(async () => {
    await list.open('?status=delivered');
    await expect(list.rows).toHaveCount(2, { timeout: 500 });
  }).toPass();
});

test('a release that is refused says so in the question', async ({ page, organization, directory, receiver }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url, enabled: false });
  await directory.publishLogins(organization, ['ada', 'grace']);
  await directory.editWebhook(organization, webhook.name, { enabled: true });
  const list = new DeliveriesPage(page, organization, webhook);
  await list.open('?held=release');
  await expect(list.modal.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await directory.editWebhook(organization, webhook.name, { enabled: false });
  await list.confirm('Release 2').click();
  const refused = list.modal.getByRole('alert');
  await expect(refused).toContainText(/enable/i);
  await expect(refused).toBeFocused();
  await expect(summaryOf(page)).toHaveCount(1);
  expect(receiver.requests).toHaveLength(0);
});

test('a list whose webhook was deleted says so, and asks no more', { tag: '@javascript' }, async ({
  page, organization, directory, receiver,
}) => {
  const webhook = await delivered(directory, organization, receiver, ['ada']);
  const list = new DeliveriesPage(page, organization, webhook);
  await page.clock.install();
  await list.open();
  await page.waitForRequest(/\/fn\/deliveries\/newer/);
  await directory.deleteWebhook(organization, webhook.name);
  await expect(list.live).toContainText('This webhook was deleted.');
  await expect(list.live).not.toContainText('cannot be reached');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.clock.runFor('01:00');
  expect(asked).toEqual([]);
});

test('two browsers see what is new without being moved', { tag: '@javascript' }, async ({ page, otherPage, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada']);
  const second = await directory.user(organization, 'second', 'org:admin');
  await signInAs(otherPage, second);
  const lists = [page, otherPage].map((each) => new DeliveriesPage(each, organization, webhook));
  const before = (await directory.deliveries(organization, webhook)).length;
  for (const list of lists) {
    await list.open();
    await expect(list.rows).toHaveCount(before);
    await expect(list.live.getByRole('button')).toBeHidden();
  }
  await directory.publishLogins(organization, ['grace', 'linus']);
  for (const list of lists) {
    await expect(list.live.getByRole('button', { name: '2 new' })).toBeVisible();
    await expect(list.rows).toHaveCount(before);
  }
  await lists[0]!.live.getByRole('button').click();
  await expect(lists[0]!.rows).toHaveCount(before + 2);
  await page.waitForResponse(/\/fn\/deliveries\/newer/);
  await expect(lists[0]!.live.getByRole('button')).toBeHidden();
  await expect(lists[1]!.rows).toHaveCount(before);
});

test('a hidden page asks nothing', { tag: '@javascript' }, async ({ page, organization, directory, receiver }) => {
  const webhook = await delivered(directory, organization, receiver, ['ada']);
  const list = new DeliveriesPage(page, organization, webhook);
  await page.clock.install();
  const asked: Request[] = [];
  page.on('request', (request) => asked.push(request));
  await list.open();
  await page.waitForRequest(/\/fn\/deliveries\/newer/);
  await hide(page, true);
  // What was asked until now is answered before there is anything new to say.
  await Promise.all(asked.map((request) => request.response()));
  const before = asked.length;
  await directory.publishLogins(organization, ['grace']);
  await expect(list.live.getByRole('button', { name: '1 new' })).toBeHidden();
  await page.clock.runFor('01:00');
  expect(asked.slice(before).map((request) => request.url())).toEqual([]);
  await hide(page, false);
  await expect(list.live.getByRole('button', { name: '1 new' })).toBeVisible();
});

async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));`);
}

test('the deliveries of another organization are not there', async ({ page, organization, directory }) => {
  const other = await directory.organization();
  const webhook = await directory.webhook(other);
  const response = await visit(page, new DeliveriesPage(page, organization, webhook).path);
  expect(response.status()).toBe(404);
});
