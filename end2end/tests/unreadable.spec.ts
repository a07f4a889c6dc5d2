// A database that is damaged while Herald runs: a page says what could not be read, and shows it once that is mended.
import { expectRefused } from '../pages/form.ts';
import { Unreadable } from '../pages/unreadable.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { violations } from '../support/axe.ts';
import { changeDatabase } from '../support/database.ts';
import { type Delivery, Directory, type Organization, type Webhook } from '../support/directory.ts';
import type { RestlessHerald } from '../support/herald.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';
import type { Page } from '@playwright/test';

const ITS_LOG_SAYS_WHY = 'Something went wrong on the server. Try again; if it stays, its log says why.';

test.use({
  baseURL: async ({ restlessHerald }, use) => use(restlessHerald.url),
  expectedInConsole: /the server responded with a status of 500/,
});

interface Stage {
  organization: Organization;
  webhook: Webhook;
  delivery: Delivery;
}

/** An organization with a delivery, and its admin signed in. */
async function stage(page: Page, herald: RestlessHerald): Promise<Stage> {
  const directory = new Directory(herald);
  const organization = await directory.organization();
  const webhook = await directory.webhook(organization, { type: 'USER_LOGIN', enabled: false });
  await directory.publishLogins(organization, ['ada']);
  const delivery = await directory.untilDelivery(organization, webhook, ({ status }) => status === 'held');
  await signInAs(page, organization.admin);
  return { organization, webhook, delivery };
}

/** Takes a table away; what is answered gives it back. */
async function without(herald: RestlessHerald, table: string): Promise<() => Promise<void>> {
  await changeDatabase(herald.database, `ALTER TABLE ${table} RENAME TO ${table}_gone`);
  return () => changeDatabase(herald.database, `ALTER TABLE ${table}_gone RENAME TO ${table}`);
}

test('a list says that it could not be read, and is read again', async ({ page, restlessHerald }) => {
  test.slow();
  const { organization, webhook } = await stage(page, restlessHerald);
  const at = `/organizations/${organization.id}`;
  const unreadable = new Unreadable(page);
  for (const [table, path, what, whole] of [
    ['activity', `${at}/webhooks`, 'Webhooks', webhook.name],
    ['attempts', `${at}/webhooks/${webhook.id}/deliveries`, 'Deliveries', 'ada'],
    ['api_keys', `${at}/api-keys`, 'API keys', 'No API keys yet'],
    ['audit_log', `${at}/audit-log`, 'Audit log', 'webhook:create'],
    ['event_subjects', `${at}/find?q=ada`, 'Events', 'USER_LOGIN for ada'],
  ] as const) {
    const mend = await without(restlessHerald, table);
    const answer = await visit(page, path);
    expect(answer.status(), what).toBe(500);
    await expect(unreadable.list).toContainText(`${what} could not be read`);
    await expect(unreadable.list).toContainText(ITS_LOG_SAYS_WHY);
    expect(await violations(page), what).toEqual([]);
    expect(restlessHerald.log()).toContain(`no such table: ${table}`);
    await mend();
    await unreadable.again.click();
    await expect(page.getByRole('main')).toContainText(whole);
    await expect(page).toHaveURL(path);
    await expect(unreadable.list).toHaveCount(0);
  }
});

test('a page that could not be read says what to do next', async ({ page, restlessHerald }) => {
  test.slow();
  const { organization, delivery } = await stage(page, restlessHerald);
  const unreadable = new Unreadable(page);
  for (const [table, path, whole] of [
    ['attempts', `/organizations/${organization.id}/deliveries/${delivery.id}`, 'USER_LOGIN for ada'],
    ['sessions', '/account', 'Your account'],
  ] as const) {
    const mend = await without(restlessHerald, table);
    expect((await visit(page, path)).status(), table).toBe(500);
    await expect(unreadable.heading).toHaveText('Something went wrong');
    await expect(page.getByRole('main')).toContainText(ITS_LOG_SAYS_WHY);
    await expect(page.getByRole('main')).toContainText('tell whoever runs Herald');
    await expect(unreadable.start).toHaveAttribute('href', '/');
    expect(await violations(page), table).toEqual([]);
    await mend();
    await unreadable.again.click();
    await expect(unreadable.heading).toHaveText(whole);
    await expect(page).toHaveURL(path);
    await awake(page);
  }
});

test('a form that could not be taken is there again, as it was typed', async ({ page, restlessHerald }) => {
  test.slow();
  const { organization } = await stage(page, restlessHerald);
  const form = new WebhookForm(page, organization);
  const typed = { type: 'USER_DISABLED', name: 'patient', url: 'http://127.0.0.1:9000/', description: 'Typed once' };
  const unreadable = new Unreadable(page);
  await form.open();
  await form.fill(typed);
  const mend = await without(restlessHerald, 'sessions');
  await form.create.click();
  await expect(unreadable.heading).toHaveText('Something went wrong');
  await mend();
  await unreadable.again.click();
  await expectRefused(page, ITS_LOG_SAYS_WHY);
  await form.expectTyped(typed);
  await awake(page);
  await form.create.click();
  await expect(page.getByRole('link', { name: 'patient', exact: true })).toBeVisible();
});
