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

test('who sees several organizations goes from one to another', async ({ page, organization, directory }) => {
  const other = await directory.organization();
  await directory.group(other, 'guests', organization.admin);
  await signInAs(page, organization.admin);
  await visit(page, '/');
  const banner = page.getByRole('banner');
  await banner.locator('summary', { hasText: organization.name }).click();
  await banner.getByRole('link', { name: other.name, exact: true }).click();
  await expect(page).toHaveURL(`/organizations/${other.id}`);
  await expect(banner.locator('summary', { hasText: other.name })).toBeVisible();
  await new Header(page).settings.click();
  await expect(page).toHaveURL(`/organizations/${other.id}`);
});

test('a platform admin finds the rest of many organizations on the platform’s page', async ({ page, herald, directory }) => {
  for (let made = 0; made < 12; made += 1) await directory.organization();
  await signInAs(page, herald.admin);
  await visit(page, '/');
  const banner = page.getByRole('banner');
  await banner.locator('summary', { hasText: 'Organization:' }).click();
  await banner.getByRole('link', { name: 'All organizations', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Platform');
});
