// Copying the secret, what is shown once, and ids.
import { ApiKeysPage } from '../pages/api-keys.ts';
import { Clipboard } from '../pages/clipboard.ts';
import { UserPage } from '../pages/user.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { stopClock } from '../support/clock.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test.describe('by script', { tag: '@javascript' }, () => {
  test.beforeEach(async ({ page, context, organization }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    // Installed before the page is there, so that what the button says can be held still.
    await page.clock.install();
    await signInAs(page, organization.admin);
  });

  test('the secret, and after replacing it the one before', async ({ page, organization, directory }) => {
    const webhook = await directory.webhook(organization);
    const [detail, clipboard] = [new WebhookPage(page), new Clipboard(page)];
    await detail.open(organization, webhook, '/secret');
    await detail.reveal.click();
    const secret = await detail.secret.innerText();
    await stopClock(page);
    await clipboard.expectCopied('the secret', secret);
    await page.clock.runFor('00:02');
    await expect(page.getByRole('button', { name: 'Copy the secret', exact: true })).toBeVisible();

    await page.clock.resume();
    await page.getByRole('main').getByRole('button', { name: 'Rotate secret' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await awake(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
    await expect(detail.secret).toHaveCount(2);
    await stopClock(page);
    await clipboard.expectCopied('the previous secret', secret);
    await clipboard.expectCopied('the secret', await detail.secret.first().innerText());
  });

  test('an API key and a reset code, which are shown once', async ({ page, organization, directory }) => {
    const [keys, one, clipboard] = [new ApiKeysPage(page, organization), new UserPage(page), new Clipboard(page)];
    await visit(page, `${keys.path}/new`);
    await keys.create.click();
    const key = await keys.told.locator('code').innerText();
    await stopClock(page);
    await clipboard.expectCopied('the API key', key);

    await page.clock.resume();
    await one.open(organization, await directory.user(organization, 'forgetful'), '?ask=reset-password');
    await one.confirm('Make a reset code').click();
    const code = await one.told.locator('code').innerText();
    await stopClock(page);
    await clipboard.expectCopied('the reset code', code);
  });

  test('ids', async ({ page, organization, directory }) => {
    const user = await directory.user(organization, 'someone');
    const group = await directory.group(organization, 'team');
    const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', enabled: false });
    await directory.publishLogins(organization, ['ada']);
    const delivery = await directory.untilDelivery(organization, webhook, ({ status }) => status === 'held');
    const at = `/organizations/${organization.id}`;
    const clipboard = new Clipboard(page);
    for (const [path, what, id] of [
      ['/account', 'your id', organization.admin.id],
      [at, "the organization's id", organization.id],
      [`${at}/users/${user.id}`, "the user's id", user.id],
      [`${at}/groups/${group.id}`, "the group's id", group.id],
      [`${at}/webhooks/${webhook.id}`, "the webhook's id", webhook.id],
      [`${at}/deliveries/${delivery.id}`, "the delivery's id", delivery.id],
      [`${at}/deliveries/${delivery.id}`, "the event's id", /^[0-9a-f]{24}$/],
    ] as const) {
      await visit(page, path);
      await stopClock(page);
      await clipboard.expectCopied(what, id);
      await page.clock.resume();
    }
  });
});

test('an id stands beside its button, which is there by script only', async ({ page, organization, javaScriptEnabled }) => {
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}`);
  await expect(page.getByText(organization.id, { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Copy / })).toHaveCount(javaScriptEnabled ? 1 : 0);
});
