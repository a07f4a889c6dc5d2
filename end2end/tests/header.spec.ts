// The header of every page: Find, and the key that leads into it.
import { Header } from '../pages/header.ts';
import { UserForm } from '../pages/users.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

test('Find leads to what was typed, from every page', async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  for (const path of ['/', `/organizations/${organization.id}/users/new`]) {
    await visit(page, path);
    const { find } = new Header(page);
    await find.fill('a&b c');
    await find.press('Enter');
    await expect(page).toHaveURL(`/organizations/${organization.id}/find?q=a%26b+c`);
    await expect(new Header(page).find).toHaveValue('a&b c');
  }
});

test('the key / leads into Find, but not out of a field', { tag: '@javascript' }, async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  const form = new UserForm(page, organization);
  await form.open();
  await page.keyboard.press('/');
  const { find } = new Header(page);
  await expect(find).toBeFocused();
  await expect(find).toHaveValue('');
  await form.name.focus();
  await page.keyboard.type('a/b');
  await expect(form.name).toHaveValue('a/b');
  await expect(form.name).toBeFocused();
});

test('who sees no webhooks has no Find', async ({ page, organization, directory }) => {
  await signInAs(page, await directory.user(organization, 'manager', 'org:users'));
  await visit(page, '/');
  const header = new Header(page);
  await expect(header.settings).toBeVisible();
  await expect(header.find).toHaveCount(0);
});
