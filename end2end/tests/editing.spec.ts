// Two admins edit the same thing at once: the second is told, what they typed is kept, and nothing is overwritten unseen.
import { expectError, expectRefused } from '../pages/form.ts';
import { GroupForm, GroupPage } from '../pages/groups.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { expectToast } from '../pages/toast.ts';
import { WebhookEditPage } from '../pages/webhook-edit.ts';
import { unique } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test('a webhook’s form that was refused meanwhile is still of the version that it was opened with', async ({
  page, organization, directory,
}) => {
  const webhook = await directory.webhook(organization, { name: 'shared', description: 'First' });
  await signInAs(page, organization.admin);
  const edit = new WebhookEditPage(page);
  await edit.open(organization, webhook);
  await directory.editWebhook(organization, 'shared', { description: 'Second' });
  await edit.description.fill('Third');
  await edit.url.fill('ftp://a.example/');
  await edit.save.click();
  await expectError(page, edit.url, /not with ftp:/);
  await awake(page);
  await edit.url.fill(webhook.url);
  await edit.save.click();
  await expectRefused(page, 'changed this webhook’s description while you were editing');
  await expect(edit.description).toHaveValue('Third');
  await expect(page.getByRole('region', { name: /^Stored now/ })).toContainText('Second');
  expect((await directory.webhooks(organization))[0]?.description).toBe('Second');
  await awake(page);

  await edit.save.click();
  await expectToast(page, 'Webhook saved');
  expect((await directory.webhooks(organization))[0]?.description).toBe('Third');
});

test('a webhook’s form that comes back after signing in overwrites nothing', async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization, { name: 'shared', description: 'First' });
  await signInAs(page, organization.admin);
  const edit = new WebhookEditPage(page);
  await edit.open(organization, webhook);
  await directory.editWebhook(organization, 'shared', { description: 'Second' });
  await edit.name.fill('mine');
  await page.context().clearCookies();
  await edit.save.click();
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await awake(page);
  await new SignInPage(page).signIn(organization.admin.username, organization.admin.password);
  await expectRefused(page, 'nothing was saved');
  await expect(edit.name).toHaveValue('mine');
  await awake(page);
  await edit.save.click();
  await expectRefused(page, 'changed this webhook’s description while you were editing');
  expect((await directory.webhooks(organization))[0]).toMatchObject({ name: 'shared', description: 'Second' });
});

test('a header that is to be removed is still to be removed when the form comes back', async ({
  page, organization, directory, receiver,
}) => {
  const webhook = await directory.webhook(organization, { name: 'secretive', url: receiver.url });
  await signInAs(page, organization.admin);
  const edit = new WebhookEditPage(page);
  await edit.open(organization, webhook);
  await edit.headers.fill('Authorization: Bearer hush\nX-Tenant: 7');
  await edit.save.click();
  await expectToast(page, 'Webhook saved');

  await edit.open(organization, webhook);
  await edit.removal('authorization').check();
  await edit.name.fill('a/b');
  await edit.save.click();
  await expectError(page, edit.name, /A name cannot contain/);
  await expect(edit.removal('authorization')).toBeChecked();
  await expect(edit.removal('x-tenant')).not.toBeChecked();
  await awake(page);
  await edit.name.fill('secretive');
  await edit.save.click();
  await expectToast(page, 'Webhook saved');
  await edit.open(organization, webhook);
  await expect(edit.removal('authorization')).toHaveCount(0);
  await expect(edit.removal('x-tenant')).toBeVisible();
});

test('the roles of a group', async ({ page, organization, directory }) => {
  const group = await directory.group(organization, unique('group'));
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/groups/${group.id}`);
  const [form, own] = [new GroupForm(page), new GroupPage(page)];
  await form.role('org:users').check();
  await directory.setRoles(organization, group, ['org:admin']);
  await own.saveRoles.click();
  await expectRefused(page, 'changed this group’s roles while you were editing');
  await expect(form.role('org:users')).toBeChecked();
  await expect(form.role('org:admin')).not.toBeChecked();
  await expect(page.getByRole('region', { name: /^Stored now/ })).toContainText('org:admin');
  const roles = async () => (await directory.groups(organization)).find(({ id }) => id === group.id)?.roles;
  expect(await roles()).toEqual(['org:admin']);
  await awake(page);
  await own.saveRoles.click();
  await expectToast(page, 'Roles saved');
  expect(await roles()).toEqual(['org:users']);
});

test('the seats of an organization', async ({ page, herald, organization, directory }) => {
  await signInAs(page, herald.admin);
  await visit(page, `/organizations/${organization.id}`);
  const [seats, save] = [page.getByRole('textbox', { name: /^Seats\b/ }), page.getByRole('button', { name: 'Save seats' })];
  await directory.limitSeats(organization, 30);
  await seats.fill('many');
  await save.click();
  await expectError(page, seats, /Enter a whole number of seats/);
  await awake(page);
  await seats.fill('25');
  await save.click();
  await expectRefused(page, 'changed this organization’s seats while you were editing');
  await expect(seats).toHaveValue('25');
  await expect(page.getByRole('region', { name: /^Stored now/ })).toContainText('30');
  expect(await directory.seats(organization)).toBe(30);
  await awake(page);
  await save.click();
  await expectToast(page, 'Seats saved');
  expect(await directory.seats(organization)).toBe(25);
});

test('the private targets of an organization', async ({ page, herald, organization, directory }) => {
  await signInAs(page, herald.admin);
  await visit(page, `/organizations/${organization.id}`);
  const all = page.getByRole('checkbox', { name: 'All that the server allows' });
  const only = page.getByRole('textbox', { name: /^Only these, one a line/ });
  const save = page.getByRole('button', { name: 'Save targets' });
  await all.uncheck();
  await only.fill('127.0.0.0/24:9000');
  await directory.allowTargets(organization, ['127.0.0.1/32']);
  await save.click();
  await expectRefused(page, 'changed this organization’s allowed targets while you were editing');
  await expect(all).not.toBeChecked();
  await expect(only).toHaveValue('127.0.0.0/24:9000');
  await expect(page.getByRole('region', { name: /^Stored now/ })).toContainText('127.0.0.1');
  expect(await directory.allowedTargets(organization)).toEqual(['127.0.0.1/32']);
  await awake(page);
  await save.click();
  await expectToast(page, 'Allowed targets saved');
  expect(await directory.allowedTargets(organization)).toEqual(['127.0.0.0/24:9000']);
});
