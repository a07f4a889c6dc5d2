// A webhook's own pages: its figures, a test, and its form.
import { expectRefused } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import { WebhookEditPage } from '../pages/webhook-edit.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { violations } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test.beforeEach(async ({ page, organization }) => {
  await signInAs(page, organization.admin);
});

test.describe('a test', () => {
  test('is sent from the page, and what came of it is said there', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { url: receiver.url });
    receiver.answerWith(200, { 'x-served-by': 'tester' });
    const detail = new WebhookPage(page);
    await detail.open(organization, webhook);
    await detail.sendTest.click();
    await expect(detail.testResult).toContainText('The test was delivered');
    await expect(detail.testResult).toContainText(/answered 200, after [\d.]+ m?s/);
    await expect(detail.testResult).toContainText('x-served-by: tester');
    expect((await receiver.next()).headers['herald-test']).toBe('true');
    await page.reload();
    await expect(detail.testResult).toBeVisible();
    expect(receiver.requests).toHaveLength(1);
    await page.getByRole('link', { name: 'See the whole request and answer' }).click();
    await expect(page).toHaveURL(/\/deliveries\/[0-9a-f]{24}$/);
  });

  test('that fails says why and what to do', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { url: receiver.url });
    receiver.answerWith(503);
    const detail = new WebhookPage(page);
    await detail.open(organization, webhook, '/secret');
    await detail.sendTest.click();
    await expect(detail.testResult).toContainText('The test did not arrive');
    await expect(detail.testResult).toContainText('503');
    await expect(detail.testResult).toContainText('A proxy answered for it');
    expect(await violations(page)).toEqual([]);
  });

  test('goes out with the creation, by the second button', async ({ page, organization, receiver }) => {
    const form = new WebhookForm(page, organization);
    await form.open();
    await form.fill({ type: 'USER_DISABLED', name: 'tested', url: receiver.url, description: '' });
    await form.createAndTest.click();
    await expectToast(page, 'Webhook created successfully');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('tested');
    await expect(new WebhookPage(page).testResult).toContainText('The test was delivered');
    expect((await receiver.next()).json().type).toBe('USER_DISABLED');
  });

  test('is not sent where the form is refused', async ({ page, organization, receiver }) => {
    const form = new WebhookForm(page, organization);
    const typed = { type: 'USER_CREATED', name: 'a/b', url: receiver.url, description: 'Kept' };
    await form.open();
    await form.fill(typed);
    await form.createAndTest.click();
    await expect(page.getByRole('main').getByRole('alert')).toContainText('A name cannot contain');
    await form.expectTyped(typed);
    expect(receiver.requests).toHaveLength(0);
  });
});

test.describe('figures', () => {
  test('count what was delivered and what failed, as charts and as tables', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url });
    await signInAs(page, organization.admin);
    await receiver.next();
    const detail = new WebhookPage(page);
    await expect(async () => {
      await detail.open(organization, webhook);
      await expect(detail.figure('Delivered')).toHaveText('1', { timeout: 500 });
    }).toPass();
    await expect(detail.figure('Failed attempts')).toHaveText('0');
    await expect(detail.figure('Success')).toHaveText('100 %');
    await expect(detail.figure('p95')).toHaveText(/\d m?s$/);
    await expect(page.getByRole('img', { name: 'Attempts over time: 1 succeeded, 0 failed' })).toBeVisible();
    await page.getByText('Show as table').first().click();
    const table = page.getByRole('region', { name: 'Attempts over time' }).getByRole('table');
    await expect(table.getByRole('row')).toHaveCount(25);
    expect(await violations(page)).toEqual([]);
  });

  test('are over a time that stands in the address', async ({ page, organization, directory }) => {
    const webhook = await directory.webhook(organization);
    const detail = new WebhookPage(page);
    await detail.open(organization, webhook);
    await page.getByRole('navigation', { name: 'Time' }).getByRole('link', { name: '7 d' }).click();
    await expect(page).toHaveURL(/\?range=7d$/);
    await expect(page.getByRole('heading', { name: 'Last 7 d' })).toBeVisible();
    await expect(detail.figure('Success')).toHaveText('—');
  });

  test('of a failing webhook stand below a banner that says since when, why and what is next', async ({
    page,
    organization,
    directory,
    receiver,
  }) => {
    const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: `${receiver.url}/gone` });
    receiver.answerWith(404);
    await signInAs(page, organization.admin);
    await receiver.next();
    const banner = page.getByRole('region', { name: 'This webhook is failing.' });
    await expect(async () => {
      await new WebhookPage(page).open(organization, webhook);
      await expect(banner).toBeVisible({ timeout: 500 });
    }).toPass();
    for (const words of ['It began', '404', 'Check the path', '1 delivery is pending', 'nothing is lost']) {
      await expect(banner).toContainText(words);
    }
    expect(await violations(page)).toEqual([]);
  });
});

test.describe('editing', () => {
  test('changes what was typed and leaves the rest', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { name: 'before', url: receiver.url, description: 'Kept.' });
    const edit = new WebhookEditPage(page);
    const detail = new WebhookPage(page);
    await detail.open(organization, webhook);
    await detail.tab('Edit').click();
    await expect(edit.name).toHaveValue('before');
    await expect(edit.description).toHaveValue('Kept.');
    await awake(page);
    await edit.name.fill('after');
    await edit.headers.fill('Authorization: Bearer very-hush-hush');
    await edit.save.click();
    await expectToast(page, 'Webhook saved');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('after');
    const [stored] = await directory.webhooks(organization);
    expect(stored).toMatchObject({ name: 'after', url: receiver.url, description: 'Kept.' });
    await detail.sendTest.click();
    await expect(detail.testResult).toBeVisible();
    expect((await receiver.next()).headers.authorization).toBe('Bearer very-hush-hush');

    await edit.open(organization, webhook);
    await expect(page.getByText('very-hush-hush')).toHaveCount(0);
    await edit.removal('authorization').check();
    await edit.save.click();
    await expectToast(page, 'Webhook saved');
    await detail.sendTest.click();
    await expect(detail.testResult).toBeVisible();
    expect((await receiver.next()).headers.authorization).toBeUndefined();
  });

  test('says at each field what is wrong, and keeps what was typed', async ({ page, organization, directory }) => {
    const webhook = await directory.webhook(organization);
    const edit = new WebhookEditPage(page);
    await edit.open(organization, webhook);
    await edit.name.fill('a/b');
    await edit.url.fill('ftp://a.example/');
    await edit.headers.fill('no colon');
    await edit.save.click();
    await expectRefused(page, '“Name: value”');
    await expect(edit.name).toHaveValue('a/b');
    await edit.headers.fill('content-type: text/plain');
    await edit.save.click();
    await expect(edit.problem).toContainText('A name cannot contain');
    await expect(edit.problem).toContainText('not with ftp:');
    await expect(edit.url).toHaveAttribute('aria-invalid', 'true');
    await expect(page).toHaveURL(/\/edit$/);
  });

  test('tells the second of two admins what the first has changed', async ({ page, otherPage, organization, directory }) => {
    const webhook = await directory.webhook(organization, { name: 'shared', description: 'First' });
    const other = await directory.user(organization, 'other', 'org:admin');
    await signInAs(otherPage, other);
    const [mine, theirs] = [new WebhookEditPage(page), new WebhookEditPage(otherPage)];
    await mine.open(organization, webhook);
    await theirs.open(organization, webhook);
    await theirs.description.fill('Second');
    await theirs.save.click();
    await expectToast(otherPage, 'Webhook saved');

    await mine.description.fill('Third');
    await mine.save.click();
    await expect(mine.problem).toContainText(`${other.username} changed this webhook’s description while you were editing`);
    await expect(page.getByRole('region', { name: /^Stored now/ })).toContainText('Second');
    await expect(mine.description).toHaveValue('Third');
    expect((await directory.webhooks(organization))[0]?.description).toBe('Second');
    await mine.save.click();
    await expectToast(page, 'Webhook saved');
    expect((await directory.webhooks(organization))[0]?.description).toBe('Third');
  });

  test('a webhook that was deleted meanwhile is said, with what was typed', async ({ page, organization, directory }) => {
    const webhook = await directory.webhook(organization, { name: 'doomed' });
    const edit = new WebhookEditPage(page);
    await edit.open(organization, webhook);
    await directory.deleteWebhook(organization, 'doomed');
    await edit.description.fill('Written for nothing?');
    await edit.save.click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This webhook was deleted');
    await expect(page.getByRole('main')).toContainText('Written for nothing?');
    await page.getByRole('link', { name: 'Go to Webhooks' }).click();
    await expect(page).toHaveURL(`/organizations/${organization.id}/webhooks`);
  });
});

test.describe('the URL', { tag: '@javascript' }, () => {
  test('is checked as its field is left', async ({ page, organization, receiver }) => {
    const form = new WebhookForm(page, organization);
    const note = page.locator('#url-check');
    await form.open();
    await form.url.fill('http://10.0.4.12/hr');
    await form.url.press('Tab');
    await expect(note).toContainText('10.0.4.12');
    await expect(form.url).toHaveAttribute('aria-invalid', 'true');
    await expect(form.url).toHaveAccessibleDescription(/10\.0\.4\.12/);
    await form.url.fill(receiver.url);
    await expect(note).toBeHidden();
    await form.url.press('Tab');
    await expect(note).toContainText('can be saved');
    await expect(form.url).toHaveAttribute('aria-invalid', 'false');
    expect(receiver.requests).toHaveLength(0);
  });

  test('is checked as it is left though it was not typed, once', async ({ page, organization, directory, receiver }) => {
    const webhook = await directory.webhook(organization, { url: receiver.url });
    const [edit, note] = [new WebhookEditPage(page), page.locator('#url-check')];
    const asked: string[] = [];
    page.on('request', (request) => request.url().includes('/webhooks/check-url') && asked.push(request.url()));
    await edit.open(organization, webhook);
    await edit.url.focus();
    await edit.url.press('Tab');
    await expect(note).toContainText('can be saved');
    await expect(edit.url).toHaveAccessibleDescription(/can be saved.*What is pending goes to the new URL too\./);
    await edit.url.focus();
    await edit.url.press('Tab');
    await edit.url.fill('http://10.0.4.12/hr');
    await expect(note).toBeHidden();
    await expect(edit.url).toHaveAccessibleDescription('What is pending goes to the new URL too.');
    await edit.url.press('Tab');
    await expect(edit.url).toHaveAttribute('aria-invalid', 'true');
    expect(asked).toHaveLength(2);
    await edit.url.press('End');
    await edit.url.press('x');
    await expect(edit.url).not.toHaveAttribute('aria-invalid');
  });

  test('is not blamed where nobody could check it', async ({ page, organization, receiver }) => {
    const [form, note] = [new WebhookForm(page, organization), page.locator('#url-check')];
    await form.open();
    await page.context().clearCookies();
    await form.url.fill(receiver.url);
    await form.url.press('Tab');
    await expect(note).toContainText('This URL could not be checked now. You are signed out');
    await expect(form.url).not.toHaveAttribute('aria-invalid');
    await signInAs(page, organization.admin);
    await form.url.focus();
    await form.url.press('Tab');
    await expect(note).toContainText('can be saved');
  });
});

test('the keyboard alone edits a webhook', { tag: '@javascript' }, async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization);
  await visit(page, `/organizations/${organization.id}/webhooks/${webhook.id}/edit`);
  const edit = new WebhookEditPage(page);
  await edit.name.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('by-keyboard');
  await page.keyboard.press('Enter');
  await expectToast(page, 'Webhook saved');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('by-keyboard');
});

test('no tab breaks a rule of accessibility, in either theme and narrow', async ({ page, organization, directory, baseURL, receiver }) => {
  test.slow();
  receiver.answerWith(410);
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', url: receiver.url });
  await signInAs(page, organization.admin);
  await receiver.next();
  const detail = new WebhookPage(page);
  for (const value of ['light', 'dark']) {
    await page.context().addCookies([{ name: 'herald_theme', value, url: String(baseURL) }]);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const tab of ['', '/deliveries', '/secret', '/edit'] as const) {
        await detail.open(organization, webhook, tab);
        expect(await violations(page), `${tab} ${value} ${width}`).toEqual([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect(overflow, `${tab} ${value} ${width}`).toBeLessThanOrEqual(0);
      }
    }
  }
});
