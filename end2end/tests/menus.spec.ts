// The menus of the header: the theme in the user's, and how they close.
import { Header } from '../pages/header.ts';
import { expectToast } from '../pages/toast.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';
import type { Page } from '@playwright/test';

/** `--page` of the style sheet's tokens, as it is seen. */
const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');

test.describe('the theme', () => {
  test('is chosen in the menu, and stays over pages and a sign out', async ({ page, organization }) => {
    const { admin } = organization;
    const header = new Header(page);
    await page.emulateMedia({ colorScheme: 'light' });
    await signInAs(page, admin);
    await visit(page, '/account');
    const light = await background(page);
    await header.openMenu(admin.username);
    await expect(header.theme('System')).toHaveAttribute('aria-pressed', 'true');
    await header.theme('Dark').click();
    await expectTheme(page, 'dark');
    await expect(page).toHaveURL('/account');
    await expect.poll(() => background(page)).not.toBe(light);
    const dark = await background(page);

    await awake(page);
    const answer = await visit(page, `/organizations/${organization.id}/webhooks`);
    expect(await answer.text(), 'set before paint').toContain('data-theme="dark"');
    expect(await background(page)).toBe(dark);
    await header.signOut(admin.username);
    await expectToast(page, 'You are signed out');
    await expectTheme(page, 'dark');
    await signInAs(page, admin);
    await visit(page, '/');
    await header.openMenu(admin.username);
    await expect(header.theme('Dark')).toHaveAttribute('aria-pressed', 'true');
    await expect(header.theme('System')).toHaveAttribute('aria-pressed', 'false');
    await header.theme('Light').click();
    await expectTheme(page, 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background(page), 'whatever the system has').toBe(light);
  });

  test('of the system is followed as long as no other is chosen', async ({ page, organization: { admin } }) => {
    const header = new Header(page);
    await page.emulateMedia({ colorScheme: 'light' });
    await signInAs(page, admin);
    await visit(page, '/');
    await header.openMenu(admin.username);
    await header.theme('Dark').click();
    await expectTheme(page, 'dark');
    const dark = await background(page);
    await awake(page);
    if (!(await header.theme('System').isVisible())) await header.openMenu(admin.username);
    await header.theme('System').click();
    await expectTheme(page, 'system');
    await expect.poll(() => background(page)).not.toBe(dark);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => background(page)).toBe(dark);
  });
});

test.describe('a menu', () => {
  test('opens and closes by its own button, and makes room for another', async ({ page, organization, directory }) => {
    const other = await directory.organization();
    await directory.group(other, 'guests', organization.admin);
    await signInAs(page, organization.admin);
    await visit(page, '/');
    const header = new Header(page);
    const [user, organizations] = [header.menu(organization.admin.username), header.menu(organization.name)];
    const out = page.getByRole('button', { name: 'Sign out', exact: true });
    const switcher = page.getByRole('banner').getByRole('link', { name: other.name, exact: true });
    await user.click();
    await expect(out).toBeVisible();
    await organizations.click();
    await expect(switcher).toBeVisible();
    await expect(out).toBeHidden();
    await organizations.click();
    await expect(switcher).toBeHidden();
  });

  for (const [way, leave] of [
    ['Esc', (page: Page) => page.keyboard.press('Escape')],
    ['a press outside', (page: Page) => page.getByRole('heading', { level: 1 }).click()],
    ['the focus that goes on', (page: Page) => page.getByRole('main').getByRole('link').first().focus()],
  ] as const) {
    test(`closes by ${way}`, { tag: '@javascript' }, async ({ page, organization: { admin } }) => {
      await signInAs(page, admin);
      await visit(page, '/');
      const header = new Header(page);
      await header.openMenu(admin.username);
      await header.theme('Light').focus();
      await expect(header.theme('Light')).toBeFocused();
      await leave(page);
      await expect(header.theme('Light')).toBeHidden();
      if (way === 'Esc') await expect(header.menu(admin.username)).toBeFocused();
    });
  }

  test('stays open under a press into it', { tag: '@javascript' }, async ({ page, organization: { admin } }) => {
    await signInAs(page, admin);
    await visit(page, '/');
    const header = new Header(page);
    await header.openMenu(admin.username);
    await page.getByText(admin.email, { exact: true }).click();
    await header.theme('Light').click();
    await expectTheme(page, 'light');
    await expect(header.theme('Light')).toBeVisible();
  });
});

async function expectTheme(page: Page, theme: string): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
}
