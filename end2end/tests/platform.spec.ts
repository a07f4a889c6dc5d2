// The platform's pages: organizations, seats, targets, webhooks that fire for every organization.
import { expectError, summaryOf } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { unique } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

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

test('the private targets of an organization are narrowed', async ({ page, herald, organization }) => {
  await signInAs(page, herald.admin);
  await visit(page, `/organizations/${organization.id}`);
  const all = page.getByRole('checkbox', { name: 'All that the server allows' });
  const only = page.getByRole('textbox', { name: /^Only these, one a line/ });
  await expect(all).toBeChecked();
  await all.uncheck();
  await only.fill('10.0.0.0/8');
  await page.getByRole('button', { name: 'Save targets' }).click();
  await expect(summaryOf(page)).toContainText('not within what this server allows');
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
  await visit(page, '/platform/webhooks');
  await page.getByRole('link', { name: '+ Add platform webhook' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Add platform webhook');
  await awake(page);
  const form = new WebhookForm(page, organization);
  const name = unique('everywhere');
  await form.fill({ type: 'USER_DISABLED', name, url: receiver.url, description: '' });
  await form.create.click();
  await expectToast(page, 'Webhook created successfully');
  await awake(page);
  const user = await directory.user(organization, 'someone');
  await directory.setActive(organization, user, false);
  const told = (await receiver.next(({ json }) => json().payload.username === user.username)).json();
  expect(told.webhook).toMatchObject({ name, organization: herald.organization });
  expect(told.payload.organization).toBe(organization.name);

  const row = page.getByRole('row').filter({ hasText: name });
  await row.getByRole('button', { name: 'Disable' }).click();
  await expectToast(page, 'Webhook disabled');
  await expect(row).toContainText('Disabled');
  await awake(page);
  await row.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog')).toContainText(`Delete ${name}?`);
  await awake(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expectToast(page, 'Webhook(s) deleted successfully');
  await expect(row).toHaveCount(0);
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
