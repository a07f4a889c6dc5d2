// A webhook whose receiver is left alone for a while: what is said to come next is when the pause ends.
import type { Locator } from '@playwright/test';
import { DeliveriesPage } from '../pages/deliveries.ts';
import { DeliveryPage } from '../pages/delivery.ts';
import { FindPage } from '../pages/find.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';

/** So many failures in a row begin a pause, while a few more attempts may be under way. */
const FAILURES = 5;
/** Enough that the newest is not tried while the test looks: each pause ends with one attempt. */
const OLDER = 30;

test('each page says that it is paused, and until when', async ({ page, organization, directory, receiver }) => {
  await signInAs(page, organization.admin);
  const webhook = await directory.webhook(organization, { name: 'weary', type: 'USER_LOGIN', url: receiver.url });
  receiver.answerWith(500);
  const names = Array.from({ length: OLDER }, (_, at) => `user-${at}`);
  await directory.publishLogins(organization, [...names, 'waiting']);
  for (let failure = 0; failure < FAILURES; failure += 1) await receiver.next();
  const [delivery] = await directory.deliveries(organization, webhook);
  if (!delivery) throw new Error('There is no delivery.');

  // Each pause ends with one attempt that fails, and then the next begins.
  const says = (what: Locator, words: RegExp, open: () => Promise<unknown>) => expect(async () => {
    await open();
    await expect(what).toContainText(words, { timeout: 500 });
  }).toPass();

  const detail = new WebhookPage(page);
  const banner = page.getByRole('region', { name: 'This webhook is failing.' });
  await says(banner, /leaves the receiver alone and tries again in (\d+ min )?\d+ s/, () => detail.open(organization, webhook));
  const one = new DeliveryPage(page);
  const title = page.locator('.title-row');
  await says(title, /Pending · webhook paused · attempt 1 in (\d+ min )?\d+ s/, () => one.open(organization, delivery));
  await says(one.step('Attempt 1'), /in (\d+ min )?\d+ s\s*The webhook is paused until then/, () => one.open(organization, delivery));
  const list = new DeliveriesPage(page, organization, webhook);
  await says(list.rows.filter({ hasText: 'waiting' }), /in (\d+ min )?\d+ swebhook paused/, () => list.open());
  const find = new FindPage(page, organization);
  const row = find.row(find.event('USER_LOGIN for waiting'), 'weary');
  await says(row, /Not tried yet, the webhook is paused, the next try is in (\d+ min )?\d+ s/, () => find.open('waiting'));
  const waiting = page.getByRole('region', { name: 'What is pending' });
  await says(waiting, /weary\d+ pendingpaused, next in (\d+ min )?\d+ s/, () => visit(page, '/'));
});
