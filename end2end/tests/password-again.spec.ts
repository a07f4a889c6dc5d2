// What asks for the password again once it was given long ago: a reset code, an API key, making a platform admin.
import { ApiKeysPage } from '../pages/api-keys.ts';
import { expectError } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import { UserPage } from '../pages/user.ts';
import { changeDatabase } from '../support/database.ts';
import { Directory, type Organization, type Person } from '../support/directory.ts';
import type { RestlessHerald } from '../support/herald.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';
import type { Page } from '@playwright/test';

const LONG_AGO_MS = 16 * 60 * 1000;
const ASKED = 'Enter your password again: you gave it more than 15 minutes ago.';
const WRONG = 'This is not your password.';

test.use({ baseURL: async ({ restlessHerald }, use) => use(restlessHerald.url) });

test.beforeEach(() => test.slow());

/** An organization with someone in it, and who looks at it gave their password long ago. */
async function signedInLongAgo(
  page: Page,
  herald: RestlessHerald,
  who: (organization: Organization) => Pick<Person, 'username' | 'password'>,
): Promise<{ organization: Organization; user: Person }> {
  const directory = new Directory(herald);
  const organization = await directory.organization();
  const user = await directory.user(organization, 'someone');
  await signInAs(page, who(organization));
  await herald.goAway();
  await changeDatabase(herald.database, `UPDATE sessions SET password_at = password_at - ${LONG_AGO_MS}`);
  await herald.comeBack();
  return { organization, user };
}

test('a reset code: a wrong password makes none, the right one does', async ({ page, restlessHerald }) => {
  const { organization, user } = await signedInLongAgo(page, restlessHerald, ({ admin }) => admin);
  const one = new UserPage(page);
  await one.open(organization, user);
  await one.ask('Reset password');
  await expect(one.modal).toContainText('signed out everywhere');
  await expect(one.password).toHaveCount(0);
  await awake(page);
  await one.confirm('Make a reset code').click();
  await expectAsked(one, ASKED);
  await awake(page);
  await one.password.fill('not my password');
  await one.confirm('Make a reset code').click();
  await expectAsked(one, WRONG);
  await expect(one.told).toHaveCount(0);
  await awake(page);
  await one.password.fill(organization.admin.password);
  await one.confirm('Make a reset code').click();
  await expectToast(page, 'A reset code was made');
  await expect(one.told).toContainText('by a way that is safe');
});

test('making a platform admin: a wrong password makes none, the right one does, and is not asked for twice', async ({
  page,
  restlessHerald,
}) => {
  const { organization, user } = await signedInLongAgo(page, restlessHerald, () => restlessHerald.admin);
  const one = new UserPage(page);
  await one.open(organization, user);
  await one.ask('Make platform admin');
  await expect(one.modal).toContainText('in every organization');
  await awake(page);
  await one.confirm('Make platform admin').click();
  await expectAsked(one, ASKED);
  await awake(page);
  await one.password.fill(user.password);
  await one.confirm('Make platform admin').click();
  await expectAsked(one, WRONG);
  await awake(page);
  await one.cancel.click();
  await expect(one.modal).toHaveCount(0);
  await one.open(organization, user);
  await one.ask('Make platform admin');
  await expect(one.modal).toBeVisible();
  await awake(page);
  await one.confirm('Make platform admin').click();
  await expectAsked(one, ASKED);
  await awake(page);
  await one.password.fill(restlessHerald.admin.password);
  await one.confirm('Make platform admin').click();
  await expectToast(page, 'User saved');
  await expect(page.getByRole('button', { name: 'Take platform admin away' })).toBeVisible();

  await awake(page);
  await one.ask('Reset password');
  await expect(one.modal).toContainText('signed out everywhere');
  await awake(page);
  await one.confirm('Make a reset code').click();
  await expect(one.told).toBeVisible();
});

test('an API key: a wrong password makes none, the right one does, and what was chosen stays', async ({ page, restlessHerald }) => {
  const { organization } = await signedInLongAgo(page, restlessHerald, ({ admin }) => admin);
  const keys = new ApiKeysPage(page, organization);
  await visit(page, `${keys.path}/new`);
  await expect(keys.password).toHaveCount(0);
  await keys.title.fill('nightly sync');
  await keys.age.selectOption('1 year');
  await keys.create.click();
  await expectError(page, keys.password, ASKED);
  await awake(page);
  await keys.password.fill('not my password');
  await keys.create.click();
  await expectError(page, keys.password, WRONG);
  await expect(keys.password).toHaveValue('');
  await expect(keys.title).toHaveValue('nightly sync');
  await expect(keys.age).toHaveValue('365');
  await awake(page);
  await keys.password.fill(organization.admin.password);
  await keys.create.click();
  await expectToast(page, 'API key created');
  await expect(keys.told).toContainText('pwt_');
});

/** The open question says so at its field. */
async function expectAsked({ modal, password }: UserPage, words: string): Promise<void> {
  await expect(modal.getByRole('alert')).toContainText(words);
  await expect(password).toHaveAccessibleDescription(words);
  await expect(password).toHaveValue('');
}
