// Each bad input is an error at its field, and the form stays as it was typed.
import { expectError } from '../pages/form.ts';
import { UserForm } from '../pages/users.ts';
import { type TypedWebhook, WebhookForm } from '../pages/webhook-form.ts';
import { person } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { signInAs } from '../support/visit.ts';

const GOOD: TypedWebhook = {
  type: 'USER_DISABLED',
  name: 'hr-sync',
  url: 'http://127.0.0.1:9000/',
  description: 'Keeps the roster in step',
};

type Field = 'type' | 'name' | 'url' | 'description';

const BAD: [what: string, field: Field, value: string, words: RegExp][] = [
  ['no type', 'type', '', /^Select a type/],
  ['no name', 'name', '   ', /^Enter a name/],
  ['a name that is too long', 'name', 'n'.repeat(101), /at most 100 characters; this one has 101/],
  ['a slash in the name', 'name', 'hr/sync', /cannot contain “\/”/],
  ['no URL', 'url', '', /^Enter the URL/],
  ['what is no URL', 'url', 'hooks.example.com', /This is not a URL/],
  ['another scheme', 'url', 'ftp://hooks.example.com/', /not with ftp:/],
  ['user info in the URL', 'url', 'https://me:pw@hooks.example.com/', /before “@”/],
  ['a private address', 'url', 'https://10.0.0.1/', /10\.0\.0\.1 is a private address/],
  ['a name that does not resolve', 'url', 'https://does-not-exist.invalid/', /could not be found/],
  ['a description that is too long', 'description', 'd'.repeat(1001), /at most 1000 characters; this one has 1001/],
];

test.beforeEach(async ({ page, organization }) => signInAs(page, organization.admin));

for (const [what, field, value, words] of BAD) {
  test(`${what} is an error at its field`, async ({ page, organization, directory }) => {
    const form = new WebhookForm(page, organization);
    const typed = { ...GOOD, [field]: value };
    await form.open();
    await form.fill(typed);
    await form.enable.uncheck();
    await form.create.click();
    await expectError(page, form[field], words);
    await form.expectTyped(typed);
    await expect(form.enable).not.toBeChecked();
    expect(await directory.webhooks(organization)).toEqual([]);

    await form.fill(GOOD);
    await form.create.click();
    await expect(page.getByRole('link', { name: 'hr-sync', exact: true })).toBeVisible();
  });
}

test('a taken name is taken in any case', async ({ page, organization, directory }) => {
  await directory.webhook(organization, { name: 'HR-Sync' });
  const form = new WebhookForm(page, organization);
  await form.open();
  await form.fill(GOOD);
  await form.create.click();
  await expectError(page, form.name, /There is a webhook named “hr-sync” already/);
  await form.expectTyped(GOOD);
});

test('hostile text is shown as text', async ({ page, organization }) => {
  const typed = {
    ...GOOD,
    name: '"><script>alert(1)</script>',
    description: '</textarea><script>alert(2)</script>',
  };
  const form = new WebhookForm(page, organization);
  await form.open();
  await form.fill(typed);
  await form.create.click();
  await expectError(page, form.name, /cannot contain “\/”/);
  await form.expectTyped(typed);
  await form.name.fill('"><b>bold');
  await form.create.click();
  await page.getByRole('link', { name: '"><b>bold', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('"><b>bold');
  await expect(page.getByText(typed.description)).toBeVisible();
});

test('a user name that is taken is an error, and no password comes back', async ({ page, organization, directory }) => {
  const taken = await directory.user(organization, 'taken');
  const form = new UserForm(page, organization);
  const who = { ...person('other'), username: taken.username.toUpperCase() };
  await form.open();
  await form.fill(who);
  await form.create.click();
  await expectError(page, form.userName, /is taken/);
  await expect(form.email).toHaveValue(who.email);
  await expect(form.password).toHaveValue('');
});

test('without a free seat a user is refused in words', async ({ page, organization, directory }) => {
  await directory.limitSeats(organization, 1);
  const form = new UserForm(page, organization);
  await form.open();
  await form.fill(person('late'));
  await form.create.click();
  await expect(page.getByRole('main').getByRole('alert')).toContainText('No seat is free');
});
