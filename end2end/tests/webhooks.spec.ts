// The Webhooks tab: adding, finding, selecting and deleting.
import { expectError, expectRefused, summaryOf } from '../pages/form.ts';
import { Header } from '../pages/header.ts';
import { Settings } from '../pages/settings.ts';
import { expectToast, toast } from '../pages/toast.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { WebhooksPage } from '../pages/webhooks.ts';
import { slowMotion } from '../support/slow-motion.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

const CREATED = 'Webhook created successfully';
const DELETED = 'Webhook(s) deleted successfully';
const TYPED = { type: 'USER_CREATED', name: 'hr-sync', url: 'http://127.0.0.1:9000/hr', description: 'For HR.\nAsk Ada.' };

test.beforeEach(async ({ page, organization }) => {
  await signInAs(page, organization.admin);
});

test.describe('adding', () => {
  test('the way there and back, with the exact words', async ({ page, organization }) => {
    const [webhooks, form] = [new WebhooksPage(page, organization), new WebhookForm(page, organization)];
    await visit(page, '/');
    await new Header(page).settings.click();
    await new Settings(page).tab('Webhooks').click();
    await expect(page).toHaveURL(webhooks.path);
    await expect(new Settings(page).tab('Webhooks')).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('heading', { name: 'No webhooks yet' })).toBeVisible();
    await expect(page.getByRole('main')).toContainText(`/api/organizations/${organization.name}/webhooks`);

    await webhooks.add.click();
    await expect(page).toHaveURL(form.path);
    await form.fill(TYPED);
    await form.create.click();
    await expect(page).toHaveURL(webhooks.path);
    await expectToast(page, CREATED);
    const row = webhooks.row('hr-sync');
    for (const words of ['USER_CREATED', TYPED.url, 'Enabled']) await expect(row).toContainText(words);

    await webhooks.open();
    await expect(row).toBeVisible();
    await expect(toast(page, CREATED)).toBeHidden();
  });

  test('the form offers the types and says what will be sent', async ({ page, organization }) => {
    const form = new WebhookForm(page, organization);
    await form.open();
    const [first, ...types] = await values(form, 'select > option');
    expect(first).toBe('');
    expect(types).toEqual(['USER_CREATED', 'USER_DISABLED', 'USER_REMOVED_FROM_GROUP']);
    expect(await values(form, 'select > optgroup[label="Also available"] > option')).toEqual(['USER_LOGIN']);
    await expect(form.enable).toBeChecked();
    for (const field of [form.name, form.url, form.description]) await expect(field).toHaveValue('');
    await expect(page.getByRole('complementary')).toContainText(`"organization": "${organization.name}"`);

    async function values({ type }: WebhookForm, selector: string): Promise<string[]> {
      const options = type.locator(`xpath=self::*`).locator('..').locator(selector);
      return options.evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
    }
  });

  test('a webhook can be added without description and disabled', async ({ page, directory, organization }) => {
    const [webhooks, form] = [new WebhooksPage(page, organization), new WebhookForm(page, organization)];
    await form.open();
    await form.fill({ ...TYPED, type: 'USER_LOGIN', description: '' });
    await form.enable.uncheck();
    await form.create.click();
    await expect(webhooks.row('hr-sync')).toContainText('Disabled');
    const [webhook] = await directory.webhooks(organization);
    expect(webhook).toMatchObject({ type: 'USER_LOGIN', name: 'hr-sync', url: TYPED.url, enabled: false });
    expect(webhook?.description ?? '').toBe('');
  });

  test('request headers are sent from the first request on, and their errors stand at their field', async ({
    page, directory, organization, receiver,
  }) => {
    const form = new WebhookForm(page, organization);
    await form.open();
    await form.fill({ ...TYPED, url: receiver.url });
    for (const [typed, error] of [['no colon', /“Name: value”/], ['Host: a.example', /“host” is set by Herald/]] as const) {
      await form.headers.fill(typed);
      await form.create.click();
      await expectError(page, form.headers, error);
      await awake(page);
      await expect(form.headers).toHaveValue(typed);
    }
    await form.headers.fill('Authorization: Bearer very-hush-hush\nX-Tenant: 7');
    await page.getByRole('button', { name: 'Create and send a test' }).click();
    await expectToast(page, CREATED);
    const { headers } = await receiver.next();
    expect(headers).toMatchObject({ authorization: 'Bearer very-hush-hush', 'x-tenant': '7' });
    expect(await directory.webhooks(organization)).toMatchObject([{ headers: ['authorization', 'x-tenant'] }]);
    await expect(page.getByText('very-hush-hush')).toHaveCount(0);
  });

  test('the sample follows what is typed', { tag: '@javascript' }, async ({ page, organization }) => {
    const form = new WebhookForm(page, organization);
    const sample = page.getByRole('complementary');
    await form.open();
    await form.type.selectOption('USER_REMOVED_FROM_GROUP');
    await form.name.fill('seats "1"');
    await expect(sample).toContainText('"type": "USER_REMOVED_FROM_GROUP"');
    await expect(sample).toContainText('"name": "seats \\"1\\""');
    await expect(sample).toContainText('"groupName"');
  });

  test('the toast goes away by itself, but not under the pointer', { tag: '@javascript' }, async ({ page, organization }) => {
    const form = new WebhookForm(page, organization);
    await slowMotion(page);
    await form.open();
    await form.fill(TYPED);
    await form.create.click();
    const message = toast(page, CREATED);
    const fading = () => message.evaluate((element) => element.getAnimations().map((each) => each.playState));
    await message.hover();
    await expect.poll(fading).toContain('paused');
    await awake(page);
    await page.mouse.move(0, 0);
    await expect.poll(fading).not.toContain('paused');
    await message.evaluate((element) => element.getAnimations().forEach((each) => each.finish()));
    await expect(message).toHaveCount(0);
  });

  test('the toast can be closed', { tag: '@javascript' }, async ({ page, organization }) => {
    const form = new WebhookForm(page, organization);
    await slowMotion(page);
    await form.open();
    await form.fill(TYPED);
    await form.create.click();
    const message = toast(page, CREATED);
    await message.hover();
    await page.getByRole('button', { name: 'Close message' }).click();
    await expect(message).toHaveCount(0);
  });
});

test.describe('deleting', () => {
  const NAMES = ['alpha', 'bravo', 'charlie', 'delta', 'echo'];

  test.beforeEach(async ({ directory, organization }) => {
    for (const name of NAMES) await directory.webhook(organization, { name });
  });

  test('several are deleted after a modal that names them', async ({ page, directory, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    for (const name of ['bravo', 'delta']) await webhooks.checkbox(name).check();
    await webhooks.delete.click();
    await expect(webhooks.modal).toBeVisible();
    await expect(webhooks.modal).toHaveAccessibleName('Delete 2 webhooks?');
    await expect(webhooks.modal.getByRole('listitem')).toHaveText(['bravo', 'delta']);
    await expect(webhooks.modal).toContainText('pending');
    await expect(webhooks.cancel).toBeFocused();
    await awake(page);
    await webhooks.confirm.click();
    await expectToast(page, DELETED);
    await expect(page).toHaveURL(webhooks.path);
    await expect(webhooks.modal).toBeHidden();
    await expect(webhooks.names).toHaveText(['alpha', 'charlie', 'echo']);
    expect(await namesOf(directory.webhooks(organization))).toEqual(['alpha', 'charlie', 'echo']);
  });

  test('all are deleted, and the empty tab says how to begin', async ({ page, organization, javaScriptEnabled }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    if (javaScriptEnabled) await webhooks.all.check();
    else for (const name of NAMES) await webhooks.checkbox(name).check();
    await webhooks.delete.click();
    await expect(webhooks.modal).toBeVisible();
    await awake(page);
    await webhooks.confirm.click();
    await expectToast(page, DELETED);
    await expect(page.getByRole('heading', { name: 'No webhooks yet' })).toBeVisible();
  });

  test('an empty selection is answered in words', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    const answer = page.getByText('Select one or more webhooks first.');
    await webhooks.open();
    await webhooks.delete.focus();
    await page.keyboard.press('Enter');
    await expect(answer).toBeInViewport();
    await expect.poll(async () => (await answer.boundingBox())?.width).toBeGreaterThan(100);
    await expect(webhooks.modal).toBeHidden();
    await expect(webhooks.names).toHaveText(NAMES);
  });

  test('cancelling changes nothing and keeps the filters', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?q=a&status=enabled');
    await webhooks.checkbox('delta').check();
    await webhooks.delete.click();
    await expect(webhooks.modal).toBeVisible();
    await awake(page);
    await webhooks.cancel.click();
    await expect(webhooks.modal).toBeHidden();
    await expect(page).toHaveURL(/\?q=a&status=enabled&selected=[0-9a-f]{24}$/);
    await expect(webhooks.names).toHaveText(['alpha', 'bravo', 'charlie', 'delta']);
    await expect(webhooks.checkbox('delta')).toBeChecked();
  });

  test('what somebody else deleted meanwhile is said, and nothing else is deleted', async ({ page, directory, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    for (const name of ['alpha', 'bravo']) await webhooks.checkbox(name).check();
    await webhooks.delete.click();
    await expect(webhooks.modal).toBeVisible();
    await directory.deleteWebhook(organization, 'alpha');
    await awake(page);
    await webhooks.confirm.click();
    const refused = webhooks.modal.getByRole('alert');
    await expect(refused).toContainText('Somebody else deleted some of these webhooks meanwhile. Nothing of yours was deleted.');
    await expect(refused).toBeFocused();
    await expect(summaryOf(page)).toHaveCount(1);
    await expect(webhooks.modal).toHaveAccessibleName('Delete 1 webhook?');
    await expect(webhooks.modal).toContainText('1 of the 2 webhooks that you selected was deleted meanwhile.');
    await awake(page);
    await webhooks.confirm.click();
    await expectToast(page, DELETED);
    await expect(webhooks.names).toHaveText(['charlie', 'delta', 'echo']);
  });

  test('of a webhook that is already gone it is said above the list', async ({ page, directory, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    await webhooks.checkbox('alpha').check();
    await webhooks.delete.click();
    await expect(webhooks.modal).toHaveAccessibleName('Delete 1 webhook?');
    await awake(page);
    await directory.deleteWebhook(organization, 'alpha');
    await webhooks.confirm.click();
    await expectRefused(page, 'Somebody else deleted this webhook meanwhile.');
    await expect(webhooks.modal).toHaveCount(0);
    await expect(webhooks.names).toHaveText(['bravo', 'charlie', 'delta', 'echo']);
  });

  test('what was deleted before the question is said instead of it, or in it', async ({ page, directory, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    await webhooks.checkbox('alpha').check();
    await directory.deleteWebhook(organization, 'alpha');
    await webhooks.delete.click();
    const said = page.getByRole('main').getByText('The webhook that you selected was deleted meanwhile.');
    await expect(said).toBeVisible();
    await expect(said).toBeFocused();
    await expect(webhooks.modal).toHaveCount(0);

    await webhooks.open();
    for (const name of ['bravo', 'charlie', 'delta']) await webhooks.checkbox(name).check();
    await directory.deleteWebhook(organization, 'bravo');
    await directory.deleteWebhook(organization, 'charlie');
    await webhooks.delete.click();
    await expect(webhooks.modal).toHaveAccessibleName('Delete 1 webhook?');
    await expect(webhooks.modal).toContainText('2 of the 3 webhooks that you selected were deleted meanwhile.');
    await expect(webhooks.cancel).toBeFocused();
  });

  for (const way of ['Cancel', 'Escape'] as const) {
    test(`${way} closes the modal and gives the focus back`, { tag: '@javascript' }, async ({ page, organization }) => {
      const webhooks = new WebhooksPage(page, organization);
      await webhooks.open();
      await webhooks.checkbox('charlie').check();
      await webhooks.delete.click();
      await expect(webhooks.modal).toBeVisible();
      await awake(page);
      await expect(webhooks.cancel).toBeFocused();
      if (way === 'Cancel') await webhooks.cancel.click();
      else await page.keyboard.press('Escape');
      await expect(webhooks.modal).toBeHidden();
      await expect(webhooks.delete).toBeFocused();
      await expect(webhooks.checkbox('charlie')).toBeChecked();
    });
  }

  test('the button counts, and says why it rests', { tag: '@javascript' }, async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    await expect(webhooks.delete).toHaveAttribute('aria-disabled', 'true');
    await expect(webhooks.delete).toHaveAccessibleDescription('Select one or more webhooks first.');
    await webhooks.checkbox('alpha').check();
    await webhooks.checkbox('echo').check();
    await expect(webhooks.delete).toHaveText('Delete webhooks (2)');
    await expect(webhooks.delete).toBeEnabled();
    await webhooks.checkbox('alpha').uncheck();
    await webhooks.checkbox('echo').uncheck();
    await expect(webhooks.delete).toHaveText('Delete webhooks');
    await expect(webhooks.delete).toHaveAttribute('aria-disabled', 'true');
  });

  test('the checkbox above has three states', { tag: '@javascript' }, async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    await expect(webhooks.all).not.toBeChecked();
    await webhooks.checkbox('bravo').check();
    await expect(webhooks.all).toBeChecked({ indeterminate: true });
    await webhooks.all.click();
    await expect(webhooks.all).toBeChecked();
    for (const name of NAMES) await expect(webhooks.checkbox(name)).toBeChecked();
    await webhooks.all.click();
    await expect(webhooks.all).not.toBeChecked();
    for (const name of NAMES) await expect(webhooks.checkbox(name)).not.toBeChecked();
  });

  test('Shift selects a range', { tag: '@javascript' }, async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    await webhooks.checkbox('delta').click();
    await webhooks.checkbox('bravo').click({ modifiers: ['Shift'] });
    for (const name of ['bravo', 'charlie', 'delta']) await expect(webhooks.checkbox(name)).toBeChecked();
    for (const name of ['alpha', 'echo']) await expect(webhooks.checkbox(name)).not.toBeChecked();
    await expect(webhooks.delete).toHaveText('Delete webhooks (3)');
  });

});

test.describe('many', () => {
  const HOOKS = Array.from({ length: 53 }, (_, number) => `hook-${String(number).padStart(2, '0')}`);

  test.beforeEach(async ({ directory, organization }) => {
    test.slow();
    for (const name of [...HOOKS, 'other']) await directory.webhook(organization, { name });
  });

  test('pages stand in the address and keep the filters', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?q=hook');
    await expect(webhooks.names).toHaveCount(50);
    await expect(webhooks.note).toHaveText('53 webhooks');
    await webhooks.pages('Next').click();
    await expect(webhooks.names).toHaveText(['hook-50', 'hook-51', 'hook-52']);
    await expect(page).toHaveURL(`${webhooks.path}?q=hook&page=2`);
    await webhooks.pages('Previous').click();
    await expect(webhooks.names.first()).toHaveText('hook-00');
  });

  test('a selection goes along to other pages and back, and all of it is deleted', async ({ page, organization, directory }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?q=hook');
    await webhooks.checkbox('hook-03').check();
    await webhooks.checkbox('hook-04').check();
    await webhooks.pages('Next').click();
    await expect(webhooks.names).toHaveText(['hook-50', 'hook-51', 'hook-52']);
    await awake(page);
    await expect(webhooks.note).toHaveText('53 webhooks · 2 selected');
    await webhooks.checkbox('hook-51').check();
    await webhooks.pages('Previous').click();
    await expect(webhooks.names.first()).toHaveText('hook-00');
    await awake(page);
    await expect(webhooks.note).toHaveText('53 webhooks · 3 selected');
    await webhooks.checkbox('hook-04').uncheck();
    await webhooks.delete.click();
    await expect(webhooks.modal).toHaveAccessibleName('Delete 2 webhooks?');
    await expect(webhooks.modal.getByRole('listitem')).toHaveText(['hook-03', 'hook-51']);
    await webhooks.confirm.click();
    await expectToast(page, DELETED);
    const left = [...HOOKS, 'other'].filter((name) => name !== 'hook-03' && name !== 'hook-51');
    expect(await namesOf(directory.webhooks(organization))).toEqual(left);
  });

  test('what is selected on another page counts, and the question leads back to the page it was asked on', async ({
    page, organization, javaScriptEnabled,
  }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?q=hook');
    await webhooks.checkbox('hook-03').check();
    await webhooks.pages('Next').click();
    await expect(webhooks.names).toHaveText(['hook-50', 'hook-51', 'hook-52']);
    await awake(page);
    if (javaScriptEnabled) {
      await expect(webhooks.delete).toHaveText('Delete webhooks (1)');
      await expect(webhooks.all).not.toBeChecked();
      await webhooks.all.check();
      await expect(webhooks.delete).toHaveText('Delete webhooks (4)');
      await webhooks.all.uncheck();
    }
    await webhooks.delete.click();
    await expect(webhooks.modal.getByRole('listitem')).toHaveText(['hook-03']);
    await webhooks.cancel.click();
    await expect(webhooks.modal).toBeHidden();
    await expect(webhooks.names).toHaveText(['hook-50', 'hook-51', 'hook-52']);
    await awake(page);
    await page.getByRole('link', { name: 'Clear selection' }).click();
    await expect(webhooks.note).toHaveText('53 webhooks');
    await expect(page).toHaveURL(`${webhooks.path}?q=hook&page=2`);
  });

  test('all that match are selected over all pages, and deleted', async ({ page, organization, directory }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?q=hook');
    await page.getByRole('link', { name: 'Select all 53 that match' }).click();
    await expect(webhooks.note).toHaveText('53 webhooks · 53 selected');
    await expect(webhooks.checkbox('hook-00')).toBeChecked();
    await webhooks.delete.click();
    await expect(webhooks.modal).toHaveAccessibleName('Delete 53 webhooks?');
    await expect(webhooks.modal.getByRole('listitem')).toHaveText(HOOKS);
    await expect(webhooks.confirm).toBeInViewport({ ratio: 1 });
    const names = webhooks.modal.getByRole('list');
    await names.press('End');
    await expect(names.getByText('hook-52')).toBeInViewport();
    await awake(page);
    await webhooks.cancel.click();
    await expect(webhooks.note).toHaveText('53 webhooks · 53 selected');
    await webhooks.delete.click();
    await expect(webhooks.modal).toBeVisible();
    await awake(page);
    await webhooks.confirm.click();
    await expectToast(page, DELETED);
    expect(await namesOf(directory.webhooks(organization))).toEqual(['other']);
  });

  test('a selection over all pages can be taken back', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?select=all');
    await page.getByRole('link', { name: 'Clear selection' }).click();
    await expect(webhooks.note).toHaveText('54 webhooks');
    await expect(webhooks.checkbox('hook-00')).not.toBeChecked();
  });
});

test.describe('finding', () => {
  test.beforeEach(async ({ directory, organization }) => {
    await directory.webhook(organization, { name: 'billing', type: 'USER_CREATED' });
    await directory.webhook(organization, { name: 'Roster', type: 'USER_DISABLED', url: 'http://127.0.0.1:9001/bill' });
    await directory.webhook(organization, { name: 'wiki', type: 'USER_DISABLED', enabled: false });
  });

  test('search and filters stand in the address', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open();
    await expect(webhooks.names).toHaveText(['billing', 'Roster', 'wiki']);
    await webhooks.search.fill('BILL');
    await webhooks.search.press('Enter');
    await expect(webhooks.names).toHaveText(['billing', 'Roster']);
    await webhooks.type.selectOption('USER_DISABLED');
    await webhooks.search.press('Enter');
    await expect(webhooks.names).toHaveText(['Roster']);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('q'), searchParams.get('type')]).toEqual(['BILL', 'USER_DISABLED']);

    await page.reload();
    await expect(webhooks.names).toHaveText(['Roster']);
    await expect(webhooks.search).toHaveValue('BILL');
    await expect(webhooks.type).toHaveValue('USER_DISABLED');
  });

  test('an address filters by status', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?status=disabled');
    await expect(webhooks.names).toHaveText(['wiki']);
    await expect(webhooks.status).toHaveValue('disabled');
  });

  test('what fails and what Herald disabled is told apart', async ({ page, organization, directory, receiver }) => {
    await directory.webhook(organization, { name: 'fails', type: 'USER_LOGIN', url: `${receiver.url}/fails` });
    const webhooks = new WebhooksPage(page, organization);
    receiver.answerWith(500);
    await signInAs(page, organization.admin);
    await receiver.next();
    await expect(async () => {
      await webhooks.open('?status=failing');
      await expect(webhooks.names).toHaveText(['fails'], { timeout: 500 });
    }).toPass();
    await expect(webhooks.row('fails')).toContainText('Failing');
    await directory.webhook(organization, { name: 'gone', type: 'USER_LOGIN', url: `${receiver.url}/gone` });
    receiver.answerWith(410);
    await signInAs(page, organization.admin);
    await receiver.next(({ path }) => path === '/gone');
    await expect(async () => {
      await webhooks.open('?status=disabled-by-herald&q=gone');
      await expect(webhooks.names).toHaveText(['gone'], { timeout: 500 });
    }).toPass();
    await expect(webhooks.row('gone')).toContainText('Disabled by Herald');
    await expect(webhooks.row('gone')).toContainText('410 Gone');
  });

  test('each row shows its last day and how its newest attempt ended', async ({ page, organization, directory, receiver }) => {
    await directory.webhook(organization, { name: 'busy', type: 'USER_LOGIN', url: receiver.url });
    await signInAs(page, organization.admin);
    await receiver.next();
    const webhooks = new WebhooksPage(page, organization);
    await expect(async () => {
      await webhooks.open('?q=busy');
      await expect(webhooks.row('busy')).toContainText('100 %', { timeout: 500 });
    }).toPass();
    const day = webhooks.row('busy').getByRole('img', { name: 'Attempts of the last 24 hours: 1 succeeded, 0 failed' });
    await expect(day).toBeVisible();
    await expect(webhooks.row('busy')).toContainText(/(just now|s ago) · 200/);
    await webhooks.open('?q=billing');
    await expect(webhooks.row('billing').getByRole('img', { name: 'No attempts in the last 24 hours' })).toBeVisible();
    await expect(webhooks.row('billing')).toContainText('—');
  });

  test('no match has a way out', async ({ page, organization }) => {
    const webhooks = new WebhooksPage(page, organization);
    await webhooks.open('?q=nothing-like-it&status=enabled');
    await expect(page.getByRole('heading', { name: 'No webhook matches' })).toBeVisible();
    await page.getByRole('link', { name: 'Clear filters', exact: true }).click();
    await expect(page).toHaveURL(webhooks.path);
    await expect(webhooks.names).toHaveCount(3);
    await expect(webhooks.search).toHaveValue('');
    await expect(webhooks.status).toHaveValue('');
  });
});

async function namesOf(webhooks: Promise<{ name: string }[]>): Promise<string[]> {
  return (await webhooks).map(({ name }) => name).sort();
}
