// API keys: made, shown once, used, deleted.
import { ApiKeysPage } from '../pages/api-keys.ts';
import { expectError } from '../pages/form.ts';
import { expectToast } from '../pages/toast.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';

test('a key is shown once, works, and is refused when it was deleted', async ({ page, organization, herald }) => {
  await signInAs(page, organization.admin);
  const keys = new ApiKeysPage(page, organization);
  await keys.open();
  await expect(page.getByRole('heading', { name: 'No API keys yet' })).toBeVisible();
  await keys.add.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Add API key');
  await awake(page);
  await keys.title.fill('nightly sync');
  await keys.age.selectOption('Never');
  await keys.create.click();
  await expectToast(page, 'API key created');
  const key = (await keys.told.locator('code').textContent()) ?? '';
  expect(key).toMatch(/^pwt_/);
  await expect(keys.row('nightly sync')).toContainText(`… ${key.slice(-4)}`);
  expect((await herald.api('GET', '/api/auth/whoami', undefined, key)).body).toBe(organization.admin.username);
  await visit(page, keys.path);
  await expect(keys.told).toHaveCount(0);
  expect(await page.content()).not.toContain(key);

  await keys.row('nightly sync').getByRole('button', { name: 'Delete' }).click();
  await expect(keys.modal).toContainText('Delete nightly sync?');
  await awake(page);
  await keys.modal.getByRole('button', { name: 'Delete API key' }).click();
  await expectToast(page, 'API key deleted');
  expect((await herald.api('GET', '/api/auth/whoami', undefined, key)).status).toBe(401);
});

test('a title that is taken is an error at its field, and what was chosen stays', async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  const keys = new ApiKeysPage(page, organization);
  for (const round of ['first', 'second']) {
    await visit(page, `${keys.path}/new`);
    await keys.title.fill('ci');
    await keys.age.selectOption('1 year');
    await keys.create.click();
    if (round === 'first') await expectToast(page, 'API key created');
  }
  await expectError(page, keys.title, /ci/);
  await expect(keys.title).toHaveValue('ci');
  await expect(keys.age).toHaveValue('365');
});

test('a key of one user is not seen by another', async ({ page, organization, directory }) => {
  await signInAs(page, organization.admin);
  const keys = new ApiKeysPage(page, organization);
  await visit(page, `${keys.path}/new`);
  await keys.title.fill('mine alone');
  await keys.create.click();
  await expect(keys.told).toBeVisible();
  await signInAs(page, await directory.user(organization, 'second', 'org:admin'));
  await keys.open();
  await expect(page.getByRole('heading', { name: 'No API keys yet' })).toBeVisible();
});
