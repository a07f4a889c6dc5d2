// A delivery's page: what went wrong, what was sent and answered, and sending it again.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DeliveryPage } from '../pages/delivery.ts';
import { expectToast } from '../pages/toast.ts';
import { stopClock } from '../support/clock.ts';
import type { Delivery, Directory, EventType, Organization, Person } from '../support/directory.ts';
import type { Receiver } from '../support/receiver.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs } from '../support/visit.ts';

const run = promisify(execFile);

interface Failed {
  delivery: Delivery;
  leaver: Person;
}

/** A delivery whose first attempt was answered 500. */
async function failed(directory: Directory, organization: Organization, receiver: Receiver): Promise<Failed> {
  receiver.answerWith(500, { 'content-type': 'application/json' }, '{"error": "no room"}');
  const webhook = await directory.webhook(organization, { name: "it's", type: 'USER_DISABLED', url: `${receiver.url}/a?b=[1-3]` });
  const leaver = await directory.user(organization, 'leaver');
  await directory.setActive(organization, leaver, false);
  const delivery = await directory.untilDelivery(organization, webhook, ({ attempts }) => attempts > 0);
  return { delivery, leaver };
}

test.beforeEach(({ page, organization }) => signInAs(page, organization.admin));

test('it says what went wrong, what to do and when the next try is', async ({ page, organization, directory, receiver }) => {
  const { delivery, leaver } = await failed(directory, organization, receiver);
  const detail = new DeliveryPage(page);
  await detail.open(organization, delivery);
  await expect(detail.heading).toHaveText(`USER_DISABLED for ${leaver.username}`);
  await expect(detail.verdict).toContainText('The receiver answered 500 Internal Server Error.');
  await expect(detail.verdict).toContainText('look into its log');
  await expect(detail.verdict).toContainText('The next try is');
  await expect(detail.step('Happened')).toContainText(`admin disabled ${leaver.username}`);
  await expect(detail.step('Accepted')).toContainText('For one webhook of this type');
  await expect(detail.step('Attempt 1')).toContainText('The receiver answered 500');
  const started = detail.step('Attempt 1').locator('time');
  await expect(started).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT/);
  await started.focus();
  await expect(started).toBeFocused();
  await expect(detail.step(/if it fails, again after/).locator('time')).toHaveText([/^(now|in .*)$/, /^\d{4}-\d\d-\d\d$/]);
  await expect(detail.step(/if it fails, again after/)).toBeVisible();
  const breadcrumb = page.getByRole('navigation', { name: 'Breadcrumb' });
  await expect(breadcrumb.getByRole('link')).toHaveText(['Webhooks', "it's", 'Deliveries']);
});

test('request and response of an attempt are in the address', async ({ page, organization, directory, receiver }) => {
  const { delivery, leaver } = await failed(directory, organization, receiver);
  const detail = new DeliveryPage(page);
  await detail.open(organization, delivery, '?attempt=1');
  await expect(detail.exchange).toContainText(`webhook-id: ${delivery.id}`);
  await expect(detail.exchange).toContainText(`"username": "${leaver.username}"`);
  await expect(detail.exchange.locator('.json-text').first()).toBeVisible();
  await detail.side('Response').click();
  await expect(page).toHaveURL(/attempt=1&side=response/);
  await expect(detail.exchange).toContainText('"error": "no room"');
  await expect(detail.side('Response')).toHaveAttribute('aria-current', 'page');
  await detail.open(organization, delivery, '?attempt=99');
  await expect(detail.exchange).toContainText(/attempt \d/);
});

test('what is redelivered arrives, and its attempts stand beside each other', async ({ page, organization, directory, receiver }) => {
  const { delivery } = await failed(directory, organization, receiver);
  await receiver.next();
  const detail = new DeliveryPage(page);
  await detail.open(organization, delivery);
  receiver.answerWith(200);
  await detail.redeliver.click();
  await expectToast(page, 'It is sent again now');
  const again = await receiver.next();
  expect(again.headers['webhook-id']).toBe(delivery.id);
  await expect(async () => {
    await detail.open(organization, delivery);
    await expect(page.getByText('Delivered', { exact: true })).toBeVisible({ timeout: 500 });
    await expect(detail.step('by hand')).toContainText('Delivered', { timeout: 500 });
  }).toPass();
  await expect(detail.verdict).toHaveCount(0);
  const hint = detail.step('Attempt 1').getByText('look into its log');
  await expect(hint).toBeHidden();
  await detail.step('Attempt 1').getByText('The receiver answered 500').click();
  await expect(hint).toBeVisible();
  await detail.step('Attempt 1').getByRole('link').click();
  await expect(page).toHaveURL(/attempt=1/);
  await expect(hint, 'of the attempt that is looked at').toBeVisible();
  await expect(detail.exchange).toContainText('"error": "no room"');
});

test('what has become of it meanwhile is said without moving what is read', { tag: '@javascript' }, async ({
  page, organization, directory, receiver,
}) => {
  const { delivery } = await failed(directory, organization, receiver);
  const release = receiver.hold();
  receiver.answerWith(200);
  const detail = new DeliveryPage(page);
  await detail.open(organization, delivery, '?attempt=1&side=response');
  await page.waitForResponse(/\/fn\/deliveries\/progress/);
  await expect(detail.news).toBeHidden();
  release();
  await expect(detail.news).toHaveText('New: attempt 2, delivered', { timeout: 20_000 });
  await expect(detail.step('Attempt 2')).not.toContainText('Delivered');
  await expect(detail.exchange).toContainText('"error": "no room"');
  await detail.news.click();
  await expect(detail.step('Attempt 2')).toContainText('Delivered');
  await expect(detail.news).toHaveCount(0);
});

test('of a purged user the delivery says that what it told was removed', async ({ page, organization, directory, receiver }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_DISABLED', url: receiver.url });
  const leaver = await directory.user(organization, 'leaver');
  await directory.setActive(organization, leaver, false);
  const delivery = await directory.untilDelivery(organization, webhook, ({ status }) => status === 'delivered');
  await directory.purge(organization, leaver);
  const detail = new DeliveryPage(page);
  await expect(async () => {
    await detail.open(organization, delivery);
    await expect(detail.exchange).toContainText('The user was purged', { timeout: 500 });
  }).toPass();
  await expect(detail.exchange).toContainText('what was about a person was removed from this');
  const content = await page.content();
  for (const told of [leaver.username, leaver.email, leaver.name]) expect(content).not.toContain(told);
  await expect(detail.step('Attempt 1')).toContainText('Delivered');
  await expect(detail.redeliver).toHaveCount(0);
  await expect(detail.command).toHaveCount(0);
});

test('of a purged user nothing is promised that cannot be done', async ({ page, organization, directory, receiver }) => {
  receiver.answerWith(410);
  const type: EventType = 'USER_DISABLED';
  const gone = await directory.webhook(organization, { type, name: 'gone', url: receiver.url });
  const held = await directory.webhook(organization, { type, name: 'held', enabled: false });
  const leaver = await directory.user(organization, 'leaver');
  await directory.setActive(organization, leaver, false);
  const failed = await directory.untilDelivery(organization, gone, ({ status }) => status === 'failed');
  await directory.purge(organization, leaver);
  const cancelled = await directory.untilDelivery(organization, held, ({ status }) => status === 'cancelled');
  const detail = new DeliveryPage(page);
  await detail.open(organization, failed);
  await expect(detail.verdict).toContainText('there is nothing left that could be sent again');
  await expect(detail.verdict).not.toContainText('Redeliver now');
  await detail.open(organization, cancelled);
  await expect(detail.verdict).toContainText('The user was purged, so it is not sent any more.');
});

test('the curl command sends the same request', async ({ page, organization, directory, receiver }) => {
  const { delivery } = await failed(directory, organization, receiver);
  const sent = await receiver.next();
  const detail = new DeliveryPage(page);
  await detail.open(organization, delivery, '?attempt=1');
  await detail.command.getByText('As a curl command').click();
  await run('sh', ['-c', await detail.command.locator('pre').innerText()]);
  // Herald's own second attempt has a later one.
  const repeated = await receiver.next(({ headers }) => headers['webhook-timestamp'] === sent.headers['webhook-timestamp']);
  expect(repeated.path).toBe(sent.path);
  expect(repeated.body).toEqual(sent.body);
  for (const name of ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'herald-sequence']) {
    expect(repeated.headers[name], name).toBe(sent.headers[name]);
  }
});

test('copying says so', { tag: '@javascript' }, async ({ page, context, organization, directory, receiver }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { delivery } = await failed(directory, organization, receiver);
  await page.clock.install();
  await new DeliveryPage(page).open(organization, delivery);
  // It is said for two seconds.
  await stopClock(page);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain(`'webhook-id: ${delivery.id}'`);
});

test('of a webhook that is gone the delivery stays', async ({ page, organization, directory }) => {
  const type: EventType = 'USER_DISABLED';
  const webhook = await directory.webhook(organization, { type, enabled: false });
  await directory.setActive(organization, await directory.user(organization, 'leaver'), false);
  const delivery = await directory.untilDelivery(organization, webhook, ({ status }) => status === 'held');
  const detail = new DeliveryPage(page);
  await detail.open(organization, delivery);
  await expect(detail.verdict).toContainText('the webhook is disabled');
  await expect(detail.exchange).toContainText('Nothing was sent yet');
  await expect(detail.redeliver).toHaveCount(0);
  await directory.deleteWebhook(organization, webhook.name);
  await expect(async () => {
    await detail.open(organization, delivery);
    await expect(detail.verdict).toContainText('cancelled', { timeout: 500 });
  }).toPass();
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link')).toHaveText(['Webhooks']);
});

test('a delivery of another organization is not there', async ({ page, directory, organization, receiver }) => {
  const other = await directory.organization();
  const { delivery } = await failed(directory, other, receiver);
  const response = await new DeliveryPage(page).open(organization, delivery);
  expect(response.status()).toBe(404);
  await awake(page);
});
