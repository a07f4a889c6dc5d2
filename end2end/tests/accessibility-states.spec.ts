// axe in both themes on what a page shows for a moment only: secrets, questions, conflicts, jobs, open menus.
import { ApiKeysPage } from '../pages/api-keys.ts';
import { DeliveriesPage } from '../pages/deliveries.ts';
import { Header } from '../pages/header.ts';
import { UserPage } from '../pages/user.ts';
import { WebhookEditPage } from '../pages/webhook-edit.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { violations } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';
import type { Locator, Page } from '@playwright/test';

const NARROW = { width: 360, height: 740 };

/** The page as it is, and in a narrow window. */
async function check(page: Page, shown: Locator): Promise<void> {
  await expect(shown).toBeVisible();
  await awake(page);
  const wide = page.viewportSize();
  for (const size of [wide, NARROW]) {
    if (size) await page.setViewportSize(size);
    expect(await violations(page), `${size?.width} px`).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow, `wider than ${size?.width} px`).toBeLessThanOrEqual(0);
  }
  if (wide) await page.setViewportSize(wide);
}

for (const theme of ['light', 'dark']) {
  test.describe(theme, () => {
    test.beforeEach(async ({ page, context, baseURL, organization }) => {
      await context.addCookies([{ name: 'herald_theme', value: theme, url: String(baseURL) }]);
      await signInAs(page, organization.admin);
    });

    test('a secret that is revealed, and the one before it', async ({ page, organization, directory }) => {
      const webhook = await directory.webhook(organization);
      const detail = new WebhookPage(page);
      await detail.open(organization, webhook, '/secret');
      await detail.reveal.click();
      await check(page, detail.secret);
      await detail.open(organization, webhook, '/secret?rotate=3600');
      await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
      await expect(detail.secret).toHaveCount(2);
      await check(page, detail.secret.last());
    });

    test('a key and a reset code that are told', async ({ page, organization, directory }) => {
      const [keys, one] = [new ApiKeysPage(page, organization), new UserPage(page)];
      await visit(page, `${keys.path}/new`);
      await keys.title.fill('nightly');
      await keys.create.click();
      await check(page, keys.told);
      await visit(page, keys.path);
      await keys.row('nightly').getByRole('button', { name: 'Delete' }).click();
      await expect(page).toHaveURL(/\?delete=/);
      await check(page, keys.modal);
      await one.open(organization, await directory.user(organization, 'forgetful'), '?ask=reset-password');
      await one.confirm('Make a reset code').click();
      await check(page, one.told);
    });

    test('an edit that somebody outran, and a webhook that was deleted meanwhile', async ({ page, organization, directory }) => {
      const webhook = await directory.webhook(organization, { name: 'shared', description: 'First' });
      const edit = new WebhookEditPage(page);
      await edit.open(organization, webhook);
      await directory.call('PATCH', `/api/organizations/${organization.name}/webhooks/shared`, { description: 'Second' });
      await edit.description.fill('Third');
      await edit.save.click();
      await check(page, page.getByRole('region', { name: /^Stored now/ }));
      await directory.deleteWebhook(organization, 'shared');
      await edit.save.click();
      await check(page, page.getByRole('heading', { name: 'This webhook was deleted' }));
    });

    test('a job that has ended', async ({ page, organization, directory }) => {
      const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', enabled: false });
      await directory.publishLogins(organization, ['ada', 'grace']);
      const list = new DeliveriesPage(page, organization, webhook);
      await list.open('?held=discard');
      await list.confirm('Discard 2').click();
      await expect(list.job).toBeVisible();
      await expect(async () => {
        await list.open(new URL(page.url()).search);
        await expect(list.job).toContainText('Done: 2 discarded', { timeout: 500 });
      }).toPass();
      await check(page, list.job);
    });

    test('open menus', async ({ page, organization, directory }) => {
      const other = await directory.organization();
      await directory.group(other, 'guests', organization.admin);
      await visit(page, '/');
      const header = new Header(page);
      await header.openMenu(organization.admin.username);
      await check(page, header.theme('Light'));
      await header.menu(organization.name).click();
      await check(page, page.getByRole('banner').getByRole('link', { name: other.name, exact: true }));
    });

    test('questions about sessions', async ({ page, otherPage, organization, directory }) => {
      const user = await directory.user(organization, 'someone');
      await signInAs(otherPage, organization.admin);
      await visit(page, '/account');
      await page.getByRole('button', { name: 'End', exact: true }).click();
      await expect(page).toHaveURL(/\/account\?end=[0-9a-f]{24}$/);
      await check(page, page.getByRole('dialog'));
      await visit(page, '/account?ask=end-others');
      await check(page, page.getByRole('dialog'));
      await new UserPage(page).open(organization, user, '?ask=end-sessions');
      await check(page, page.getByRole('dialog'));
    });
  });
}
