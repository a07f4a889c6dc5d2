// The Webhooks tab with 50 rows: selecting, filters, and more than one page.
import { expectToast } from '../../pages/toast.ts';
import { WebhooksPage } from '../../pages/webhooks.ts';
import { prompt } from '../../support/prompt.ts';
import { expect, test } from '../../support/seeded.ts';
import { awake } from '../../support/visit.ts';

test('all are on one page, in the order of their names', async ({ page, seed }) => {
  const webhooks = new WebhooksPage(page, seed.organization);
  await webhooks.open();
  await expect(webhooks.names).toHaveText(seed.webhooks.map(({ name }) => name).sort());
  await expect(webhooks.note).toHaveText('50 webhooks');
  await prompt(page);
});

test('filters and search find those in each state and of each type', async ({ page, seed }) => {
  const webhooks = new WebhooksPage(page, seed.organization);
  const found: [query: string, names: string[]][] = [
    ['?status=failing', ['crm-leavers', 'docs-groups']],
    ['?status=disabled-by-herald', ['billing-accounts']],
    ['?status=disabled', ['chat-accounts', 'forum-leavers', 'mail-groups']],
    ['?type=USER_LOGIN', ['billing-logins', 'calendar-logins', 'chat-logins', 'crm-logins', 'docs-logins']],
    ['?type=USER_REMOVED_FROM_GROUP&status=failing', ['docs-groups']],
    ['?q=DOCS', ['docs-accounts', 'docs-groups', 'docs-leavers', 'docs-logins']],
    ['?q=docs&type=USER_DISABLED&status=enabled', ['docs-leavers']],
  ];
  for (const [query, names] of found) {
    await webhooks.open(query);
    await expect(webhooks.names, query).toHaveText(names);
    await prompt(page);
  }
  await webhooks.open('?status=enabled');
  await expect(webhooks.names).toHaveCount(50 - 2 - 1 - 3);
});

test('each says what is wrong with it', async ({ page, seed }) => {
  const webhooks = new WebhooksPage(page, seed.organization);
  await webhooks.open();
  await expect(webhooks.row('crm-leavers')).toContainText(/Failing2 pending0 %.*· 500/);
  await expect(webhooks.row('docs-groups')).toContainText(/Failing2 pending0 %.*· Refused/);
  await expect(webhooks.row('billing-accounts')).toContainText(/Disabled by Herald · 9 heldThe receiver answered 410 Gone/);
  await expect(webhooks.row('chat-accounts')).toContainText('Disabled · 10 held—none yet');
  await expect(webhooks.row('docs-logins')).toContainText(/Enabled100 %.*· 200/);
});

test('Shift selects many rows, and what is selected is named', async ({ page, seed }) => {
  const webhooks = new WebhooksPage(page, seed.organization);
  const names = seed.webhooks.map(({ name }) => name).sort();
  await webhooks.open();
  await webhooks.checkbox(names[2]!).click();
  await webhooks.checkbox(names[42]!).click({ modifiers: ['Shift'] });
  await expect(webhooks.delete).toHaveText('Delete webhooks (41)');
  await expect(webhooks.all).toBeChecked({ indeterminate: true });
  await expect(webhooks.note).toHaveText('50 webhooks · 41 selected');
  await webhooks.delete.click();
  await expect(webhooks.modal).toHaveAccessibleName('Delete 41 webhooks?');
  await expect(webhooks.modal).toContainText(names[2]!);
  await awake(page);
  await webhooks.cancel.click();
  await webhooks.all.click();
  await expect(webhooks.delete).toHaveText('Delete webhooks (50)');
});

test('a selection goes over the pages, and only what matches is deleted', async ({ page, seed, directory }) => {
  for (const system of ['a', 'b', 'c', 'd', 'e']) await directory.webhook(seed.organization, { name: `zoo-${system}` });
  const webhooks = new WebhooksPage(page, seed.organization);
  await webhooks.open();
  await expect(webhooks.names).toHaveCount(50);
  await webhooks.pages('Next').click();
  await expect(webhooks.names).toHaveText(['zoo-a', 'zoo-b', 'zoo-c', 'zoo-d', 'zoo-e']);
  await page.getByRole('link', { name: 'Select all 55 webhooks' }).click();
  await expect(webhooks.note).toHaveText('55 webhooks · 55 selected');
  await webhooks.delete.click();
  await expect(webhooks.modal).toHaveAccessibleName('Delete 55 webhooks?');
  await awake(page);
  await webhooks.cancel.click();
  await webhooks.open('?q=zoo');
  await webhooks.all.click();
  await webhooks.delete.click();
  await expect(webhooks.modal).toBeVisible();
  await awake(page);
  await webhooks.confirm.click();
  await expectToast(page, 'Webhook(s) deleted successfully');
  expect(await directory.webhooks(seed.organization)).toHaveLength(50);
});
