// Finding an event: who was told of it, who was not and why, and from an id straight to the thing.
import { DeliveryPage } from '../pages/delivery.ts';
import { FindPage } from '../pages/find.ts';
import { Header } from '../pages/header.ts';
import { press, tabTo } from '../support/keyboard.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

test.beforeEach(({ page, organization }) => signInAs(page, organization.admin));

test('each webhook says whether it was told, and why not', async ({ page, organization, directory, receiver }) => {
  receiver.answerWith(500);
  const type = 'USER_DISABLED' as const;
  await directory.webhook(organization, { type, name: 'works', url: receiver.url });
  await directory.webhook(organization, { type, name: 'rests', enabled: false });
  await directory.webhook(organization, { type: 'USER_CREATED', name: 'of-another-type' });
  await directory.webhook(organization, { type, name: 'gone' });
  await directory.deleteWebhook(organization, 'gone');
  const leaver = await directory.user(organization, 'leaver');
  await directory.setActive(organization, leaver, false);
  await receiver.next();
  await directory.webhook(organization, { type, name: 'too-late' });

  const find = new FindPage(page, organization);
  await find.open(leaver.username.toUpperCase());
  await expect(page.locator('#find')).toHaveCount(1);
  const event = find.event(`USER_DISABLED for ${leaver.username}`);
  await expect(event).toHaveCount(1);
  await expect(find.row(event, 'works')).toContainText(/Pending.*(Not tried yet|Last answer: 500)/);
  await expect(find.row(event, 'rests')).toContainText('Not sent: it was disabled');
  await expect(find.row(event, 'gone')).toContainText('It was deleted before');
  await expect(find.row(event, 'too-late')).toContainText('It was made later');
  await event.getByText('1 webhook is for another type').click();
  await expect(event.getByRole('listitem').filter({ hasText: 'of-another-type' })).toContainText('It is for USER_CREATED');

  await find.open(leaver.email);
  await expect(event).toHaveCount(1);
  await find.row(event, 'works').getByRole('link', { name: 'See the delivery' }).click();
  await expect(new DeliveryPage(page).heading).toHaveText(`USER_DISABLED for ${leaver.username}`);
});

test('since when a webhook is disabled is said where it is known', async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'rests' });
  await visit(page, `/organizations/${organization.id}/webhooks/${webhook.id}`);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Enable', exact: true })).toBeVisible();
  await directory.publishLogins(organization, ['somebody']);
  const find = new FindPage(page, organization);
  await find.open('somebody');
  const row = find.row(find.event('USER_LOGIN for somebody'), 'rests');
  await expect(row).toContainText('the webhook is disabled, since');
  await expect(row.locator('time')).toHaveCount(1);
});

test('an id leads straight to the thing', async ({ page, organization, directory, receiver }) => {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url });
  await directory.publishLogins(organization, ['ada']);
  const { headers } = await receiver.next();
  const find = new FindPage(page, organization);
  await find.open(` ${headers['webhook-id']} `);
  await expect(page).toHaveURL(`/organizations/${organization.id}/deliveries/${headers['webhook-id']}`);
  await find.open(webhook.id);
  await expect(page).toHaveURL(`/organizations/${organization.id}/webhooks/${webhook.id}`);
  await find.open(headers['herald-event-id']!);
  await expect(find.events).toHaveCount(1);
  await expect(find.event('USER_LOGIN for ada')).toBeVisible();
  await find.open(organization.admin.id);
  await expect(find.event(`USER_LOGIN for ${organization.admin.username}`).first()).toBeVisible();
});

test('what is not there is said, and other organizations are not searched', async ({ page, organization, directory }) => {
  const other = await directory.organization();
  await directory.webhook(other, { type: 'USER_LOGIN' });
  await directory.publishLogins(other, ['elsewhere']);
  const find = new FindPage(page, organization);
  await find.open('elsewhere');
  await expect(page.getByRole('heading', { name: 'No event matches “elsewhere”' })).toBeVisible();
  await find.open('');
  await expect(find.field).toBeVisible();
  await expect(find.events).toHaveCount(0);
});

test('older events are a link away', async ({ page, organization, directory }) => {
  await directory.publishLogins(organization, Array.from({ length: 25 }, () => 'often'));
  const find = new FindPage(page, organization);
  await find.open('often');
  await expect(find.events).toHaveCount(20);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(find.events).toHaveCount(5);
});

test('the keyboard alone finds why an event did not arrive and sends it again', async ({
  page, organization, directory, receiver, javaScriptEnabled,
}) => {
  receiver.answerWith(500);
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'works', url: receiver.url });
  await directory.publishLogins(organization, ['ada']);
  const { id } = await directory.untilDelivery(organization, webhook, ({ attempts }) => attempts > 0);
  await visit(page, '/');
  if (javaScriptEnabled) await page.keyboard.press('/');
  else await tabTo(page, new Header(page).find);
  await page.keyboard.type('ada');
  await page.keyboard.press('Enter');
  await press(page, page.getByRole('link', { name: 'See the delivery to works' }));
  const detail = new DeliveryPage(page);
  await expect(detail.verdict).toContainText('The receiver answered 500 Internal Server Error.');
  await tabTo(page, detail.redeliver);
  receiver.answerWith(200);
  await page.keyboard.press('Enter');
  await expect(page.getByText('It is sent again now')).toBeVisible();
  const delivered = await directory.untilDelivery(organization, webhook, ({ status }) => status === 'delivered');
  expect(delivered.id).toBe(id);
  await page.reload();
  await expect(detail.step('by hand')).toBeVisible();
});
