// Who sees what: tabs, 403 and 404.
import { Settings } from '../pages/settings.ts';
import { Header } from '../pages/header.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

const heading = { level: 1 } as const;

test('a member sees the General tab only and is told why', async ({ page, organization, directory }) => {
  await signInAs(page, await directory.user(organization, 'member'));
  await visit(page, '/');
  await new Header(page).settings.click();
  await expect(new Settings(page).links).toHaveText(['General', 'API keys']);
  for (const tab of ['users', 'webhooks', 'webhooks/new', 'users/new']) {
    const response = await visit(page, `/organizations/${organization.id}/${tab}`);
    expect(response.status(), tab).toBe(403);
    await expect(page.getByRole('heading', heading)).toHaveText('You may not see this page');
    await expect(page.getByRole('link', { name: 'Go to the start page' })).toBeVisible();
  }
});

test('who manages users sees Users and no Webhooks', async ({ page, organization, directory }) => {
  await signInAs(page, await directory.user(organization, 'manager', 'org:users'));
  const response = await visit(page, `/organizations/${organization.id}/users`);
  expect(response.status()).toBe(200);
  await expect(new Settings(page).links).toHaveText(['General', 'Users', 'Groups', 'API keys']);
  expect((await visit(page, `/organizations/${organization.id}/webhooks`)).status()).toBe(403);
});

test('an admin sees all tabs, and the open one is marked', async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  await visit(page, `/organizations/${organization.id}/webhooks`);
  await expect(new Settings(page).links).toHaveText(['General', 'Users', 'Groups', 'Webhooks', 'API keys', 'Audit log']);
  await expect(new Settings(page).tab('Webhooks')).toHaveAttribute('aria-current', 'page');
});

test("another organization's admin finds nothing", async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization);
  await signInAs(page, (await directory.organization()).admin);
  for (const path of ['', '/users', '/webhooks', '/webhooks/new', `/webhooks/${webhook.id}`, `/webhooks/${webhook.id}/secret`]) {
    const response = await visit(page, `/organizations/${organization.id}${path}`);
    expect(response.status(), path).toBe(404);
    await expect(page.getByRole('heading', heading)).toHaveText('This is not here');
    await expect(page.getByText(webhook.name)).toHaveCount(0);
  }
});

test('an address that leads nowhere says so', async ({ page, organization }) => {
  await signInAs(page, organization.admin);
  for (const path of ['/nothing', '/organizations/nonsense', `/organizations/${organization.id}/webhooks/nonsense`]) {
    expect((await visit(page, path)).status(), path).toBe(404);
    await expect(page.getByRole('heading', heading)).toHaveText('This is not here');
  }
});
