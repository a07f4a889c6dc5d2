// Times: relative in words that go on, exact with the focus.
import { UserPage } from '../pages/user.ts';
import { WebhookPage } from '../pages/webhook.ts';
import { tabTo } from '../support/keyboard.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs } from '../support/visit.ts';
import type { Locator } from '@playwright/test';

const EXACT = /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

/** What the style sheet shows over a time. */
const shownOver = (time: Locator) => time.evaluate((element) => getComputedStyle(element, '::after').content);

test('a time shows the exact one with the focus, and to the pointer', async ({ page, organization, directory }) => {
  const webhook = await directory.webhook(organization);
  await signInAs(page, organization.admin);
  await new WebhookPage(page).open(organization, webhook);
  const time = page.getByRole('main').locator('time').first();
  await expect(time).toHaveText(/ago$|just now/);
  await expect(time).toHaveAttribute('title', EXACT);
  expect(new Date(String(await time.getAttribute('datetime'))).getTime()).toBeGreaterThan(Date.now() - 60 * 60 * 1000);
  expect(await shownOver(time)).toBe('none');
  await tabTo(page, time);
  expect(await shownOver(time)).toContain(await time.getAttribute('title'));
  await page.keyboard.press('Tab');
  await expect.poll(() => shownOver(time)).toBe('none');
});

test('relative times go on', { tag: '@javascript' }, async ({ page, organization, directory }) => {
  const user = await directory.user(organization, 'forgetful');
  await signInAs(page, organization.admin);
  await page.clock.install();
  const one = new UserPage(page);
  await one.open(organization, user, '?ask=reset-password');
  await one.confirm('Make a reset code').click();
  const [made, ends] = [page.locator('.facts time').last(), one.told.locator('time')];
  await expect(made).toHaveText(/^(just now|\d+ s ago)$/);
  await expect(ends).toHaveText(/^in (59 min \d+ s|1 h)$/);
  await awake(page);
  await page.clock.fastForward('20:00');
  await expect(made).toHaveText(/^2\d min ago$/);
  await expect(ends).toHaveText(/^in 3\d min( \d+ s)?$/);
  await page.clock.fastForward('02:00:00');
  await expect(made).toHaveText('2 h ago');
  await expect(ends).toHaveText('now');
});
