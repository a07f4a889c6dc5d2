// A session that ends while a webhook is typed: sign in again, and the form is still filled.
import { expectRefused } from '../pages/form.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { expectToast } from '../pages/toast.ts';
import { WebhookEditPage } from '../pages/webhook-edit.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import type { Person } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { awake, endSessions, signInAs } from '../support/visit.ts';
import type { Page } from '@playwright/test';

const ENDED = 'Your session had ended, so nothing was saved. Check what you typed, and send it again.';

/** The form was just sent; leads over the sign-in page back to it. */
async function signInAgain(page: Page, { username, password }: Person): Promise<void> {
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await expect(page.getByRole('main')).toContainText('what you typed is kept');
  await awake(page);
  await new SignInPage(page).signIn(username, password);
  await expectRefused(page, ENDED);
  await awake(page);
}

for (const [what, button] of [['Create webhook', 'create'], ['Create and send a test', 'createAndTest']] as const) {
  test(`while one is added, by “${what}”`, async ({ page, otherPage, organization, directory, receiver }) => {
    const { admin } = organization;
    await signInAs(page, admin);
    const form = new WebhookForm(page, organization);
    const typed = { type: 'USER_LOGIN', name: 'late', url: receiver.url, description: 'One line\nand “another” <one>' };
    await form.open();
    await form.fill(typed);
    await form.headers.fill('X-Team: people');
    await form.enable.uncheck();
    await endSessions(otherPage, admin);
    await form[button].click();
    await signInAgain(page, admin);
    await expect(page).toHaveURL(form.path);
    await form.expectTyped(typed);
    await expect(form.headers).toHaveValue('X-Team: people');
    await expect(form.enable).not.toBeChecked();
    expect(await directory.webhooks(organization)).toEqual([]);

    await form[button].click();
    await expectToast(page, 'Webhook created successfully');
    expect(await directory.webhooks(organization)).toMatchObject([{ ...typed, enabled: false }]);
  });
}

test('while one is edited', async ({ page, otherPage, organization, directory, receiver }) => {
  const { admin } = organization;
  const webhook = await directory.webhook(organization, { name: 'before', description: 'Before' });
  await signInAs(page, admin);
  const edit = new WebhookEditPage(page);
  await edit.open(organization, webhook);
  await edit.name.fill('after');
  await edit.url.fill(receiver.url);
  await edit.description.fill('After\nall');
  await edit.headers.fill('X-Team: people');
  await endSessions(otherPage, admin);
  await edit.save.click();
  await signInAgain(page, admin);
  await expect(page).toHaveURL(/\/edit$/);
  await expect(edit.name).toHaveValue('after');
  await expect(edit.url).toHaveValue(receiver.url);
  await expect(edit.description).toHaveValue('After\nall');
  await expect(edit.headers).toHaveValue('X-Team: people');
  expect(await directory.webhooks(organization)).toMatchObject([{ name: 'before', description: 'Before' }]);

  await edit.save.click();
  await expectToast(page, 'Webhook saved');
  expect(await directory.webhooks(organization)).toMatchObject([{ name: 'after', url: receiver.url, description: 'After\nall' }]);
});
