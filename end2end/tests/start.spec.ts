// The start page: the first steps, and later what failed, what is pending and what happened.
import { DeliveryPage } from '../pages/delivery.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

test.beforeEach(({ page, organization }) => signInAs(page, organization.admin));

test('the first steps, and which are done', async ({ page, organization, directory }) => {
  await visit(page, '/');
  const steps = page.getByRole('region', { name: 'From here to the first delivery' });
  await expect(steps.getByRole('link', { name: 'Make a webhook' })).toBeVisible();
  await expect(steps.getByText('Done')).toHaveCount(0);
  await directory.webhook(organization, { type: 'USER_DISABLED' });
  await directory.user(organization, 'somebody');
  await visit(page, '/');
  await expect(steps.getByText('Done')).toHaveCount(2);
});

test('what failed, what is pending, what is held and what happened', async ({ page, organization, directory, receiver }) => {
  const works = await directory.webhook(organization, { type: 'USER_DISABLED', name: 'works', url: receiver.url });
  await directory.setActive(organization, await directory.user(organization, 'leaver'), false);
  await directory.untilDelivery(organization, works, ({ status }) => status === 'delivered');
  // It fails until the end, since what fails is tried again after 5 s.
  receiver.answerWith(500);
  const fails = await directory.webhook(organization, { type: 'USER_LOGIN', name: 'fails', url: receiver.url });
  await directory.webhook(organization, { type: 'USER_LOGIN', name: 'rests', enabled: false });
  await directory.publishLogins(organization, ['ada']);
  await directory.untilDelivery(organization, fails, ({ attempts }) => attempts > 0);
  await expect(async () => {
    await visit(page, '/');
    const failed = page.getByRole('region', { name: 'What failed lately' });
    await expect(failed).toContainText(/fails.*\d failed attempts?, first/, { timeout: 500 });
  }).toPass();
  const waiting = page.getByRole('region', { name: 'What is pending' });
  await expect(waiting.getByRole('listitem').filter({ hasText: 'rests' })).toContainText('1 held');
  await expect(waiting.getByRole('listitem').filter({ hasText: 'fails' })).toContainText('1 pending');
  const events = page.getByRole('region', { name: 'Recent events', exact: true });
  await expect(events.getByRole('row').filter({ hasText: 'USER_LOGIN for ada' })).toContainText('0 of 2 delivered');
  await expect(events.getByRole('row').filter({ hasText: 'USER_DISABLED for leaver' })).toContainText('Delivered');
  await events.getByRole('link', { name: 'USER_LOGIN for ada' }).click();
  await page.getByRole('link', { name: 'See the delivery to fails' }).click();
  await expect(new DeliveryPage(page).heading).toHaveText('USER_LOGIN for ada');
});
