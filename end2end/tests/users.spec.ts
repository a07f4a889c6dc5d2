// The Users tab and a user's page.
import { expectRefused } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import { UserPage } from '../pages/user.ts';
import { UsersPage } from '../pages/users.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test('the list is sorted and filtered by its address', async ({ page, organization, directory }) => {
  const [zoe, bob] = [await directory.user(organization, 'zoe'), await directory.user(organization, 'bob')];
  await directory.setActive(organization, zoe, false);
  await signInAs(page, organization.admin);
  const users = new UsersPage(page, organization);
  await users.open();
  const names = page.getByRole('table').locator('tbody td.mono');
  await expect(names).toHaveText([organization.admin.username, bob.username, zoe.username]);
  await page.getByRole('columnheader', { name: 'User name' }).getByRole('link').click();
  await expect(page).toHaveURL(`${users.path}?dir=desc`);
  await expect(names).toHaveText([zoe.username, bob.username, organization.admin.username]);
  await expect(page.getByRole('columnheader', { name: 'User name' })).toHaveAttribute('aria-sort', 'descending');
  await page.getByLabel('Filter by status').selectOption('disabled');
  await page.getByRole('main').getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL(`${users.path}?dir=desc&q=&status=disabled`);
  await expect(names).toHaveText([zoe.username]);
  await users.open('?status=disabled&q=bob');
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(names).toHaveCount(3);
});

test('a user is disabled and enabled on their page, and the modal names what fires', async ({
  page, organization, directory, receiver,
}) => {
  const user = await directory.user(organization, 'someone');
  const hook = await directory.webhook(organization, { type: 'USER_DISABLED', url: receiver.url });
  await signInAs(page, organization.admin);
  const users = new UsersPage(page, organization);
  await users.open();
  await users.row(user.username).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(user.name);
  await awake(page);
  const one = new UserPage(page);
  await one.ask('Disable');
  await expect(one.modal).toContainText(`One webhook will fire: ${hook.name}.`);
  await awake(page);
  await one.confirm('Disable user').click();
  await expectToast(page, 'User disabled');
  await expect(page).toHaveURL(`${users.path}/${user.id}`);
  expect((await receiver.next()).json().payload.username).toBe(user.username);
  await awake(page);
  await one.ask('Enable');
  await expect(one.modal).toContainText('takes a seat');
  await awake(page);
  await one.confirm('Enable user').click();
  await expectToast(page, 'User enabled');
});

test('where no seat is free, the open question says so', async ({ page, organization, directory }) => {
  const user = await directory.user(organization, 'waiting');
  await directory.setActive(organization, user, false);
  await directory.limitSeats(organization, 1);
  await signInAs(page, organization.admin);
  const one = new UserPage(page);
  await one.open(organization, user);
  await one.ask('Enable');
  await expect(one.modal).toBeVisible();
  await awake(page);
  await one.confirm('Enable user').click();
  await expect(one.modal.getByRole('alert')).toContainText('No seat is free');
});

test('deleting a user says all that fires, and they are gone', async ({ page, organization, directory, receiver }) => {
  const user = await directory.user(organization, 'leaver');
  await directory.group(organization, 'team', user);
  const disabled = await directory.webhook(organization, { type: 'USER_DISABLED', url: receiver.url });
  const removed = await directory.webhook(organization, { type: 'USER_REMOVED_FROM_GROUP', url: receiver.url });
  await signInAs(page, organization.admin);
  const one = new UserPage(page);
  await one.open(organization, user);
  await one.ask('Delete user');
  await expect(one.modal).toContainText(disabled.name);
  await expect(one.modal).toContainText(removed.name);
  await awake(page);
  await page.getByRole('checkbox', { name: 'Purge what is stored about them' }).check();
  await one.confirm('Delete user').click();
  await expectToast(page, 'User deleted');
  const types = [(await receiver.next()).json().type, (await receiver.next()).json().type];
  expect(types.sort()).toEqual(['USER_DISABLED', 'USER_REMOVED_FROM_GROUP']);
  expect((await one.open(organization, user)).status()).toBe(404);
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/audit-log?type=user%3Apurge`);
  await expect(page.getByRole('table')).toContainText('user:purge');
});

test('a reset code is shown once, and sets a new password', async ({ page, otherPage, organization, directory }) => {
  const user = await directory.user(organization, 'forgetful');
  await signInAs(page, organization.admin);
  const one = new UserPage(page);
  await one.open(organization, user);
  await one.ask('Reset password');
  await expect(one.modal).toContainText('signed out everywhere');
  await awake(page);
  await one.confirm('Make a reset code').click();
  await expectToast(page, 'A reset code was made');
  const code = (await one.told.locator('code').textContent()) ?? '';
  expect(code.length).toBeGreaterThan(20);
  await visit(page, page.url());
  await expect(one.told).toHaveCount(0);

  await visit(otherPage, '/sign-in');
  await otherPage.getByRole('link', { name: 'reset code' }).click();
  await expect(otherPage.getByRole('heading', { level: 1 })).toHaveText('Set a new password');
  await awake(otherPage);
  await otherPage.getByLabel('Reset code').fill(code);
  await otherPage.getByLabel('New password').fill('short');
  await otherPage.getByRole('button', { name: 'Set password' }).click();
  await expectRefused(otherPage, 'at least 8');
  await otherPage.getByLabel('Reset code').fill(` ${code} `);
  await otherPage.getByLabel('New password').fill('Copper-kettle-morning-52');
  await otherPage.getByRole('button', { name: 'Set password' }).click();
  await expectToast(otherPage, 'Password changed');
  await signInAs(otherPage, { username: user.username, password: 'Copper-kettle-morning-52' });
});

test('a user ends up without sessions when an admin ends them', async ({ page, otherPage, organization, directory }) => {
  const user = await directory.user(organization, 'someone');
  await signInAs(otherPage, user);
  await signInAs(page, organization.admin);
  const one = new UserPage(page);
  await one.open(organization, user);
  await one.ask('End sessions');
  await expect(one.modal).toBeVisible();
  await awake(page);
  await one.confirm('End sessions').click();
  await expectToast(page, "The user's sessions have ended");
  await visit(otherPage, '/');
  await expect(otherPage).toHaveURL('/sign-in');
});

test('a platform admin gives rights, and nobody else sees them', async ({ page, organization, directory, herald }) => {
  const user = await directory.user(organization, 'someone');
  const one = new UserPage(page);
  await signInAs(page, organization.admin);
  await one.open(organization, user);
  await expect(page.getByRole('heading', { name: 'For platform admins' })).toHaveCount(0);
  await signInAs(page, herald.admin);
  await one.open(organization, user);
  await page.getByRole('button', { name: 'Make complimentary' }).click();
  await expectToast(page, 'User saved');
  await expect(page.getByRole('main')).toContainText('takes no seat');
  await awake(page);
  await one.ask('Make platform admin');
  await expect(one.modal).toContainText('in every organization');
  await awake(page);
  await one.confirm('Make platform admin').click();
  await expectToast(page, 'User saved');
  await expect(page.getByRole('button', { name: 'Take platform admin away' })).toBeVisible();
});

test('who manages users is not told which webhooks fire, and deletes nobody', async ({ page, organization, directory }) => {
  const user = await directory.user(organization, 'someone');
  const hook = await directory.webhook(organization, { type: 'USER_DISABLED' });
  await signInAs(page, await directory.user(organization, 'manager', 'org:users'));
  const one = new UserPage(page);
  await one.open(organization, user);
  await expect(page.getByRole('button', { name: 'Delete user' })).toHaveCount(0);
  await one.ask('Disable');
  await expect(one.modal).toContainText('Webhooks of the type USER_DISABLED will fire, where there are any.');
  await expect(one.modal).not.toContainText(hook.name);
});
