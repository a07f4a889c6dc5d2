// Signing in and out.
import { expectError, expectRefused } from '../pages/form.ts';
import { Header } from '../pages/header.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { expectToast } from '../pages/toast.ts';
import { WebhooksPage } from '../pages/webhooks.ts';
import { unique } from '../support/directory.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/\n/evil.example/',
  'javascript:document.title="taken"',
];

for (const by of ['username', 'email'] as const) {
  test(`one signs in by ${by} and out again`, async ({ page, organization: { admin } }) => {
    const [signIn, header] = [new SignInPage(page), new Header(page)];
    await signIn.open();
    await signIn.signIn(admin[by], admin.password);
    await expect(page).toHaveURL('/');
    await expect(header.settings).toBeVisible();

    await header.signOut(admin.username);
    await expect(page).toHaveURL('/sign-in');
    await expectToast(page, 'You are signed out');
    await visit(page, '/');
    await expect(page).toHaveURL('/sign-in');
  });
}

test('whatever was wrong, the message is the same and the user name is kept', async ({ page, directory, organization }) => {
  const signIn = new SignInPage(page);
  const disabled = await directory.user(organization, 'disabled');
  await directory.setActive(organization, disabled, false);
  const wrong: [who: string, password: string][] = [
    [organization.admin.username, 'not the password'],
    [unique('nobody'), organization.admin.password],
    [disabled.username, disabled.password],
  ];
  for (const [who, password] of wrong) {
    await signIn.open();
    await signIn.signIn(who, password);
    await expectRefused(page, 'That user name or password is not right, or the user has been disabled.');
    await expect(signIn.userName).toHaveValue(who);
    await expect(page).toHaveURL('/sign-in');
  }
});

test('empty fields are errors at their fields', async ({ page }) => {
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.button.click();
  await expectError(page, signIn.userName, 'Enter your user name or e-mail.');
  await expect(signIn.password).toHaveAccessibleDescription('Enter your password.');
});

test('who is signed in is sent on from the sign-in page', async ({ page, organization }) => {
  const webhooks = new WebhooksPage(page, organization);
  await signInAs(page, organization.admin);
  await visit(page, '/sign-in');
  await expect(page).toHaveURL('/');
  await new SignInPage(page).open(webhooks.path);
  await expect(page).toHaveURL(webhooks.path);
});

test('a deep link leads over the sign-in page back to itself', async ({ page, organization }) => {
  const [signIn, webhooks] = [new SignInPage(page), new WebhooksPage(page, organization)];
  await webhooks.open('?q=a%26b&status=enabled');
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await signIn.signIn(organization.admin.username, 'not the password');
  await expectRefused(page, 'That user name or password is not right');
  await signIn.signIn(organization.admin.username, organization.admin.password);
  await expect(page).toHaveURL(`${webhooks.path}?q=a%26b&status=enabled`);
});

for (const to of ELSEWHERE) {
  test(`signing in does not lead to ${JSON.stringify(to)}`, async ({ page, organization: { admin } }) => {
    const signIn = new SignInPage(page);
    await signIn.open(to);
    await signIn.signIn(admin.username, admin.password);
    await expect(new Header(page).settings).toBeVisible();
    await expect(page).toHaveURL('/');
    await signIn.open(to);
    await expect(page).toHaveURL('/');
  });
}
