// The platform's pages: organizations, seats, targets, webhooks that fire for every organization.
import { DeliveriesPage } from '../pages/deliveries.ts';
import { DeliveryPage } from '../pages/delivery.ts';
import { expectError, expectRefused } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import { WebhookEditPage } from '../pages/webhook-edit.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { WebhooksPage } from '../pages/webhooks.ts';
import { unique } from '../support/directory.ts';
import { verify } from '../support/receiver.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test.afterEach(({ directory }) => directory.deletePlatformWebhooks());

test('an organization is made, found, opened and given seats', async ({ page, herald, organization }) => {
  await signInAs(page, herald.admin);
  await visit(page, '/');
  await page.getByRole('banner').getByRole('link', { name: 'Platform', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Platform');
  await awake(page);
  const name = unique('globex');
  const field = page.getByRole('textbox', { name: 'Organization name' });
  await field.fill(organization.name.toUpperCase());
  await page.getByRole('button', { name: 'Create organization' }).click();
  await expectError(page, field, /There is an organization named/);
  await field.fill(name);
  await page.getByRole('button', { name: 'Create organization' }).click();
  await expectToast(page, 'Organization created successfully');
  await visit(page, `/platform?q=${name}`);
  await page.getByRole('cell').getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Organization settings');
  await awake(page);

  const seats = page.getByRole('textbox', { name: /^Seats\b/ });
  await seats.fill('many');
  await page.getByRole('button', { name: 'Save seats' }).click();
  await expectError(page, seats, /Enter a whole number of seats/);
  await seats.fill('25');
  await page.getByRole('button', { name: 'Save seats' }).click();
  await expectToast(page, 'Seats saved');
  await expect(page.getByRole('main')).toContainText('0 of 25 taken, 25 free');
});

test('of many organizations a page is shown, and the search stays when one goes on', async ({
  page, herald, directory, javaScriptEnabled,
}) => {
  const word = unique('many');
  for (let made = 10; made < 62; made += 1) await directory.emptyOrganization(`${word} ${made}`);
  await signInAs(page, herald.admin);
  await visit(page, '/platform');
  await page.getByRole('searchbox', { name: 'Search organizations' }).fill(word.toUpperCase());
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  const [rows, pages] = [page.locator('tbody').getByRole('row'), page.getByRole('navigation', { name: 'Pages' })];
  await expect(rows).toHaveCount(50);
  await expect(page.getByText('52 organizations', { exact: true })).toBeVisible();
  await expect(pages).toContainText('Page 1 of 2');
  const copy = rows.first().getByRole('button', { name: `Copy the id of ${word} 10` });
  if (javaScriptEnabled) await expect(copy).toBeVisible();
  await pages.getByRole('link', { name: 'Next' }).click();
  await expect(rows).toHaveCount(2);
  await expect(rows.getByRole('link')).toHaveText([`${word} 60`, `${word} 61`]);
  expect(new URL(page.url()).searchParams.get('q')).toBe(word.toUpperCase());
  await pages.getByRole('link', { name: 'Previous' }).click();
  await expect(rows).toHaveCount(50);
  await visit(page, `/platform?q=${word}&page=99`);
  await expect(rows).toHaveCount(2);
});

test('the private targets of an organization are narrowed', async ({ page, herald, organization }) => {
  await signInAs(page, herald.admin);
  await visit(page, `/organizations/${organization.id}`);
  const all = page.getByRole('checkbox', { name: 'All that the server allows' });
  const only = page.getByRole('textbox', { name: /^Only these, one a line/ });
  await expect(all).toBeChecked();
  await all.uncheck();
  await only.fill('10.0.0.0/8');
  await page.getByRole('button', { name: 'Save targets' }).click();
  await expectRefused(page, 'not within what this server allows');
  await expect(only).toHaveValue('10.0.0.0/8');
  await expect(all).not.toBeChecked();
  await only.fill('127.0.0.0/24:9000');
  await page.getByRole('button', { name: 'Save targets' }).click();
  await expectToast(page, 'Allowed targets saved');
  await expect(only).toHaveValue('127.0.0.0/24:9000');
});

test('a platform webhook is made, told of every organization, switched off and deleted', async ({
  page, herald, organization, directory, receiver,
}) => {
  await signInAs(page, herald.admin);
  const [list, form] = [new WebhooksPage(page, 'platform'), new WebhookForm(page, 'platform')];
  await list.open();
  await list.add.first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Add platform webhook');
  await expect(page.getByRole('complementary')).toContainText(`"organization": "${herald.organization}"`);
  await awake(page);
  const name = unique('everywhere');
  await form.fill({ type: 'USER_DISABLED', name, url: receiver.url, description: '' });
  await form.create.click();
  await expectToast(page, 'Webhook created successfully');
  await expect(page).toHaveURL('/platform/webhooks');
  const user = await directory.user(organization, 'someone');
  await directory.setActive(organization, user, false);
  const told = (await receiver.next(({ json }) => json().payload.username === user.username)).json();
  expect(told.webhook).toMatchObject({ name, organization: herald.organization });
  expect(told.payload.organization).toBe(organization.name);

  await list.open(`?q=${name}`);
  await list.link(name).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  const breadcrumb = page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link');
  await expect(breadcrumb).toHaveText(['Platform', 'Platform webhooks']);
  await awake(page);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expectToast(page, 'Webhook disabled');
  await list.open(`?q=${name}`);
  await expect(list.row(name)).toContainText('Disabled');
  await list.checkbox(name).check();
  await list.delete.click();
  await expect(list.modal).toContainText(name);
  await awake(page);
  await list.confirm.click();
  await expectToast(page, 'Webhook(s) deleted successfully');
  await list.open(`?q=${name}`);
  await expect(list.row(name)).toHaveCount(0);
});

test('a platform webhook has the pages of any other: figures, a test, deliveries, secret and form', async ({
  page, herald, organization, directory, receiver,
}) => {
  const webhook = await directory.platformWebhook({ type: 'USER_DISABLED', url: receiver.url });
  const detail = new WebhookPage(page);
  await signInAs(page, herald.admin);
  await detail.open('platform', webhook);
  await detail.sendTest.click();
  await expect(detail.testResult).toContainText('The test was delivered');
  expect((await receiver.next()).headers['herald-test']).toBe('true');
  await page.getByRole('link', { name: 'See the whole request and answer' }).click();
  await expect(page).toHaveURL(/\/platform\/deliveries\/[0-9a-f]{24}$/);
  await expect(page.getByRole('region', { name: 'Request and response' })).toContainText(`"name": "${webhook.name}"`);

  const user = await directory.user(organization, 'someone');
  await directory.setActive(organization, user, false);
  const first = await receiver.next(({ json }) => json().payload.username === user.username);
  const list = new DeliveriesPage(page, 'platform', webhook);
  await expect(async () => {
    await list.open('?status=delivered');
    await expect(detail.delivery(user.username)).toBeVisible({ timeout: 500 });
  }).toPass();
  await detail.delivery(user.username).getByRole('link').click();
  const delivery = new DeliveryPage(page);
  await expect(delivery.heading).toHaveText(`USER_DISABLED for ${user.username}`);
  await awake(page);
  await delivery.redeliver.click();
  await expectToast(page, 'It is sent again now');
  await expect(page).toHaveURL(/\/platform\/deliveries\//);
  expect((await receiver.next()).headers['webhook-id']).toBe(first.headers['webhook-id']);

  await visit(page, `/organizations/${organization.id}/find?q=${first.headers['webhook-id']}`);
  await expect(page).toHaveURL(`/platform/deliveries/${first.headers['webhook-id']}`);

  await detail.open('platform', webhook, '/secret');
  await detail.reveal.click();
  await expect(detail.secret).toHaveCount(1);
  expect(verify(await detail.secret.innerText(), first)).toBe(true);
  await awake(page);
  await page.getByRole('main').getByRole('button', { name: 'Rotate secret' }).click();
  await expect(page.getByRole('dialog')).toContainText('goes on signing');
  await awake(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
  await expectToast(page, 'Secret rotated');
  await expect(detail.secret).toHaveCount(2);

  const edit = new WebhookEditPage(page);
  await edit.open('platform', webhook);
  await edit.url.fill('ftp://a.example/');
  await edit.save.click();
  await expectError(page, edit.url, /not with ftp:/);
  await awake(page);
  await edit.url.fill(`${receiver.url}/other`);
  await edit.headers.fill('X-Tenant: 7');
  await edit.save.click();
  await expectToast(page, 'Webhook saved');
  await expect(page).toHaveURL(`/platform/webhooks/${webhook.id}`);
});

test('an admin of an organization finds nothing of the platform, nor does its page have another’s', async ({
  page, organization, directory, herald,
}) => {
  const webhook = await directory.platformWebhook({});
  await signInAs(page, organization.admin);
  for (const tab of ['', '/deliveries', '/secret', '/edit']) {
    expect((await visit(page, `/platform/webhooks/${webhook.id}${tab}`)).status(), tab).toBe(403);
    expect((await visit(page, `/organizations/${organization.id}/webhooks/${webhook.id}${tab}`)).status(), tab).toBe(404);
  }
  await signInAs(page, herald.admin);
  const own = await directory.webhook(organization);
  for (const tab of ['', '/deliveries', '/secret', '/edit']) {
    expect((await visit(page, `/platform/webhooks/${own.id}${tab}`)).status(), tab).toBe(404);
  }
});

test('an admin of an organization sees neither the link nor the pages', async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  await visit(page, '/');
  await expect(page.getByRole('banner').getByRole('link', { name: 'Platform' })).toHaveCount(0);
  for (const path of ['/platform', '/platform/webhooks', '/platform/webhooks/new']) {
    expect((await visit(page, path)).status(), path).toBe(403);
  }
  await visit(page, `/organizations/${organization.id}`);
  await expect(page.getByRole('button', { name: 'Save seats' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Save targets' })).toHaveCount(0);
});
