// axe on every page in both themes, narrow windows, and the keyboard alone.
import { FirstRunPage } from '../pages/first-run.ts';
import { Header } from '../pages/header.ts';
import { Settings } from '../pages/settings.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { toast } from '../pages/toast.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { WebhooksPage } from '../pages/webhooks.ts';
import { violations } from '../support/axe.ts';
import type { Directory, Organization } from '../support/directory.ts';
import { press, tabTo } from '../support/keyboard.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';
import type { Page } from '@playwright/test';

const NARROW = { width: 360, height: 740 };

async function check(page: Page, what: string): Promise<void> {
  expect(await violations(page), what).toEqual([]);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(overflow, `${what} is wider than its window`).toBeLessThanOrEqual(0);
}

/** Every page of an admin, by its path. */
async function pages(directory: Directory, organization: Organization): Promise<string[]> {
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'delivers' });
  const held = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'holds', enabled: false });
  const quiet = await directory.webhook(organization, { name: 'quiet', description: 'Nothing yet' });
  const user = await directory.user(organization, 'someone');
  const at = `/organizations/${organization.id}`;
  const group = await directory.group(organization, 'team', user);
  return [
    `${at}/users/${user.id}`, `${at}/users/${user.id}?ask=delete`, `${at}/users/${user.id}?ask=reset-password`,
    `${at}/users?status=disabled`, `${at}/groups`, `${at}/groups?q=nothing-like-it`, `${at}/groups/new`,
    `${at}/groups/${group.id}`, `${at}/groups/${group.id}?ask=delete`, `${at}/groups/${group.id}?remove=${user.id}`,
    `${at}/api-keys`, `${at}/api-keys/new`, `${at}/audit-log`, `${at}/audit-log?from=yesterday`, '/account',
    '/password-reset', '/', at, `${at}/users`, `${at}/users?q=nobody-like-it`, `${at}/users?disable=${user.id}`, `${at}/users/new`,
    `${at}/webhooks`, `${at}/webhooks?q=nothing-like-it`, `${at}/webhooks?selected=${quiet.id}&selected=${held.id}&delete=1`,
    `${at}/webhooks?delete=1`, `${at}/webhooks/new`, `${at}/webhooks/${webhook.id}`, `${at}/webhooks/${held.id}`,
    `${at}/webhooks/${quiet.id}`, `${at}/webhooks/${quiet.id}/deliveries`, `${at}/webhooks/${webhook.id}/deliveries`,
    `${at}/webhooks/${quiet.id}/secret`, `${at}/webhooks/${quiet.id}/secret?rotate=0`, `${at}/webhooks/${quiet.id}/edit`, ...(await ofDeliveries(directory, organization, at)), '/nothing',
  ];
}

/** What became of two events: lists, questions, a delivery that failed and one that waits, and finding them. */
async function ofDeliveries(directory: Directory, organization: Organization, at: string): Promise<string[]> {
  const failing = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'fails', url: 'http://127.0.0.1:4999/' });
  const resting = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'rests', enabled: false });
  await directory.publishLogins(organization, ['ada', 'grace']);
  const failed = await directory.untilDelivery(organization, failing, ({ attempts }) => attempts > 0);
  const held = await directory.untilDelivery(organization, resting, ({ status }) => status === 'held');
  const [list, rest] = [failing, resting].map(({ id }) => `${at}/webhooks/${id}/deliveries`);
  return [
    `${at}/deliveries/${failed.id}`, `${at}/deliveries/${failed.id}?side=response`, `${at}/deliveries/${held.id}`,
    `${list}?status=delivered&from=2026-01-01T00:00`, `${list}?redeliver=all`, `${rest}?held=discard`, `${at}/find`,
    `${at}/find?q=ada`, `${at}/find?q=nobody`,
  ];
}

for (const theme of ['light', 'dark']) {
  test.describe(theme, () => {
    test.beforeEach(({ context, baseURL }) =>
      context.addCookies([{ name: 'herald_theme', value: theme, url: String(baseURL) }]),
    );

    for (const [size, viewport] of [['wide', undefined], ['narrow', NARROW]] as const) {
      test(`every page of an admin, ${size}`, async ({ page, directory, organization }) => {
        test.slow();
        if (viewport) await page.setViewportSize(viewport);
        await visit(page, '/sign-in');
        await check(page, 'sign-in');
        await visit(page, `/organizations/${organization.id}/webhooks`);
        const all = await pages(directory, organization);
        await signInAs(page, organization.admin);
        for (const path of all) {
          await visit(page, path);
          await check(page, path);
        }
        await directory.deletePlatformWebhooks();
      });
    }

    for (const [size, viewport] of [['wide', undefined], ['narrow', NARROW]] as const) {
      test(`the pages of a platform admin, ${size}`, async ({ page, directory, organization, herald }) => {
        if (viewport) await page.setViewportSize(viewport);
        const user = await directory.user(organization, 'someone');
        const everywhere = await directory.platformWebhook({ enabled: false });
        await signInAs(page, herald.admin);
        const at = `/organizations/${organization.id}`;
        for (const path of [
          '/platform', '/platform?q=nothing-like-it', '/platform/webhooks', '/platform/webhooks/new', at,
          ...['', '/deliveries', '/secret', '/secret?rotate=3600', '/edit'].map((tab) => `/platform/webhooks/${everywhere.id}${tab}`),
          `/platform/webhooks?selected=${everywhere.id}&delete=1`,
          `${at}/users/${user.id}`, `${at}/users/${user.id}?ask=platform-admin`,
        ]) {
          await visit(page, path);
          await check(page, path);
        }
      });
    }

    test('forms with errors, an empty tab and a refusal', async ({ page, directory, organization }) => {
      const signIn = new SignInPage(page);
      await signIn.open();
      await signIn.signIn('nobody', 'wrong password');
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
      await check(page, 'sign-in with an error');
      await signInAs(page, organization.admin);
      await visit(page, `/organizations/${organization.id}/webhooks`);
      await check(page, 'no webhooks');
      const form = new WebhookForm(page, organization);
      await form.open();
      await form.create.click();
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
      await check(page, 'add webhook with errors');
      await signInAs(page, await directory.user(organization, 'member'));
      await visit(page, `/organizations/${organization.id}/webhooks`);
      await check(page, '403');
    });

    test('the first run', async ({ page, emptyHerald }) => {
      await page.context().addCookies([{ name: 'herald_theme', value: theme, url: new URL(emptyHerald.firstRunLink).origin }]);
      await new FirstRunPage(page).open(emptyHerald.firstRunLink);
      await check(page, 'first run');
    });
  });
}

test('the keyboard alone adds a webhook, sends tests and deletes it', async ({ page, organization, receiver }) => {
  test.slow();
  await signInAs(page, organization.admin);
  const [webhooks, form, detail] = [new WebhooksPage(page, organization), new WebhookForm(page, organization), new WebhookPage(page)];
  const heading = page.getByRole('heading', { level: 1 });
  await visit(page, '/');
  await press(page, new Header(page).settings);
  await expect(heading).toHaveText('Organization settings');
  await press(page, new Settings(page).tab('Webhooks'));
  await expect(page).toHaveURL(webhooks.path);
  await press(page, webhooks.add.first());
  await expect(heading).toHaveText('Add webhook');
  await tabTo(page, form.type);
  await page.keyboard.type('USER_D');
  await page.keyboard.press('Tab');
  await page.keyboard.type('by-keyboard');
  await page.keyboard.press('Tab');
  await page.keyboard.type(receiver.url);
  await press(page, form.createAndTest);
  await expect(toast(page, 'Webhook created successfully')).toBeVisible();
  await expect(detail.testResult).toContainText('The test was delivered');
  expect((await receiver.next()).json()).toMatchObject({ type: 'USER_DISABLED', webhook: { name: 'by-keyboard' } });
  const first = page.url();
  await press(page, detail.sendTest);
  expect((await receiver.next()).headers['herald-test']).toBe('true');
  await expect(page).not.toHaveURL(first);

  await expect(toast(page, 'Webhook created successfully')).toHaveCount(0);
  await press(page, page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Webhooks' }));
  await expect(page).toHaveURL(webhooks.path);
  await tabTo(page, webhooks.checkbox('by-keyboard'));
  await page.keyboard.press('Space');
  await press(page, webhooks.delete, 'Shift+Tab');
  await expect(webhooks.modal).toBeVisible();
  await awake(page);
  await expect(webhooks.cancel).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(webhooks.confirm).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(toast(page, 'Webhook(s) deleted successfully')).toBeVisible();
});

test('the skip link leads to the content', { tag: '@javascript' }, async ({ page }) => {
  await visit(page, '/sign-in');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
});
