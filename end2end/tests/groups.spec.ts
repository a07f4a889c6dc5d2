// Groups: made, filled, emptied, deleted; who leaves one is told to the webhooks that the modal names.
import { expectError, expectRefused, summaryOf } from '../pages/form.ts';
import { GroupForm, GroupPage, GroupsPage } from '../pages/groups.ts';
import { Settings } from '../pages/settings.ts';
import { expectToast } from '../pages/toast.ts';
import { unique } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test('a group is made, gets a member of another organization and gives it up again', async ({
  page, organization, directory, receiver,
}) => {
  const elsewhere = await directory.organization();
  const guest = await directory.user(elsewhere, 'guest');
  const hook = await directory.webhook(organization, { type: 'USER_REMOVED_FROM_GROUP', url: receiver.url });
  await signInAs(page, organization.admin);
  const [groups, form, group] = [new GroupsPage(page, organization), new GroupForm(page), new GroupPage(page)];
  await groups.open();
  await groups.add.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Add group');
  await awake(page);
  const name = unique('team');
  await form.name.fill(name);
  await form.description.fill('Those who try things first');
  await form.role('org:users').check();
  await form.create.click();
  await expectToast(page, 'Group created successfully');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(form.role('org:users')).toBeChecked();
  await expect(form.role('org:admin')).not.toBeChecked();
  await awake(page);

  await group.userName.fill(guest.username);
  await group.add.click();
  await expectToast(page, 'Member added');
  await expect(group.row(guest.username)).toContainText(elsewhere.name);
  await awake(page);

  await group.askRemove(guest.username);
  await expect(group.modal).toContainText(`One webhook will fire: ${hook.name}.`);
  await awake(page);
  await group.cancel.click();
  await expect(group.modal).toBeHidden();
  await expect(group.row(guest.username)).toBeVisible();
  await awake(page);
  await group.askRemove(guest.username);
  await expect(group.modal).toBeVisible();
  await awake(page);
  await group.confirm('Remove member').click();
  await expectToast(page, 'Member removed');
  await expect(group.row(guest.username)).toHaveCount(0);
  const { payload } = (await receiver.next()).json();
  expect(payload).toMatchObject({ username: guest.username, organization: elsewhere.name, groupName: name });
});

test('who is not there, and nobody at all, are errors at the field', async ({ page, organization, directory }) => {
  const { id } = await directory.group(organization, unique('group'));
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/groups/${id}`);
  const group = new GroupPage(page);
  await group.add.click();
  await expectError(page, group.userName, /^Enter a user name\./);
  await group.userName.fill('nobody-like-it');
  await group.add.click();
  await expectError(page, group.userName, /Nobody on this server has the user name “nobody-like-it”\./);
  await expect(group.userName).toHaveValue('nobody-like-it');
});

test('a name that is taken is an error at its field, and what was chosen stays', async ({ page, organization, directory }) => {
  const name = unique('group');
  await directory.group(organization, name);
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/groups/new`);
  const form = new GroupForm(page);
  await form.name.fill(name.toUpperCase());
  await form.description.fill('Two\nlines & <more>');
  await form.role('org:admin').check();
  await form.create.click();
  await expectError(page, form.name, /There is a group named/);
  await expect(form.name).toHaveValue(name.toUpperCase());
  await expect(form.description).toHaveValue('Two\nlines & <more>');
  await expect(form.role('org:admin')).toBeChecked();
  await expect(form.role('org:users')).not.toBeChecked();
});

test('roles are saved, and its members hold them at once', async ({ page, otherPage, organization, directory }) => {
  const member = await directory.user(organization, 'member');
  const { id } = await directory.group(organization, unique('group'), member);
  await signInAs(otherPage, member);
  await visit(otherPage, `/organizations/${organization.id}`);
  await expect(new Settings(otherPage).links).toHaveText(['General', 'API keys']);
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/groups/${id}`);
  const [form, group] = [new GroupForm(page), new GroupPage(page)];
  await form.role('org:users').check();
  await group.saveRoles.click();
  await expectToast(page, 'Roles saved');
  await visit(otherPage, `/organizations/${organization.id}`);
  await expect(new Settings(otherPage).tab('Users')).toBeVisible();
});

test('deleting a group names what will fire, for each member', async ({ page, organization, directory, receiver }) => {
  const [one, two] = [await directory.user(organization, 'one'), await directory.user(organization, 'two')];
  const hook = await directory.webhook(organization, { type: 'USER_REMOVED_FROM_GROUP', url: receiver.url });
  const name = unique('doomed');
  const { id } = await directory.group(organization, name, one, two);
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/groups/${id}`);
  const group = new GroupPage(page);
  await group.delete.click();
  await expect(group.modal).toContainText(`One webhook will fire: ${hook.name}. Once for each of the 2.`);
  await awake(page);
  await group.confirm('Delete group').click();
  await expectToast(page, 'Group deleted');
  const left = [(await receiver.next()).json().payload.username, (await receiver.next()).json().payload.username];
  expect(left.sort()).toEqual([one.username, two.username].sort());
  await expect(new GroupsPage(page, organization).link(name)).toHaveCount(0);
  expect((await visit(page, `/organizations/${organization.id}/groups/${id}`)).status()).toBe(404);
});

test('who manages users changes members, but not who holds org:admin', async ({ page, organization, directory }) => {
  const manager = await directory.user(organization, 'manager', 'org:users');
  const { id } = await directory.group(organization, unique('plain'));
  await signInAs(page, manager);
  const [groups, group] = [new GroupsPage(page, organization), new GroupPage(page)];
  await groups.open();
  await expect(groups.add).toHaveCount(0);
  await visit(page, `/organizations/${organization.id}/groups/${id}`);
  await expect(group.delete).toHaveCount(0);
  await expect(group.saveRoles).toHaveCount(0);
  await group.userName.fill(organization.admin.username);
  await group.add.click();
  await expectToast(page, 'Member added');
  await group.askRemove(organization.admin.username);
  await expect(group.modal).toContainText('Webhooks of the type USER_REMOVED_FROM_GROUP will fire');
  const admins = (await directory.groups(organization)).find(({ roles }) => roles.includes('org:admin'));
  await visit(page, `/organizations/${organization.id}/groups/${admins?.id}`);
  await expect(group.add).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText('only an admin changes who they are');
});

test('a search finds groups, and no match has a way out', async ({ page, organization, directory }) => {
  const [one, two] = [unique('one'), unique('two')];
  await directory.group(organization, one);
  await directory.group(organization, two);
  await signInAs(page, organization.admin);
  const groups = new GroupsPage(page, organization);
  await groups.open();
  await groups.search.fill(one.toUpperCase());
  await groups.search.press('Enter');
  await expect(page).toHaveURL(`${groups.path}?q=${one.toUpperCase()}`);
  await expect(groups.link(one)).toBeVisible();
  await expect(groups.link(two)).toHaveCount(0);
  await groups.open('?q=nothing-like-it');
  await expect(summaryOf(page)).toHaveCount(0);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(groups.link(two)).toBeVisible();
});

test('a removal that somebody else was faster with is said', async ({ page, organization, directory }) => {
  const member = await directory.user(organization, 'member');
  const group = await directory.group(organization, unique('group'), member);
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/groups/${group.id}?remove=${member.id}`);
  const own = new GroupPage(page);
  await directory.removeMember(organization, group, member);
  await own.confirm('Remove member').click();
  await expectRefused(page, 'There is no such member.');
  await expect(own.modal).toHaveCount(0);
});
