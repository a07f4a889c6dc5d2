// How long a success stays.
import { ApiKeysPage } from '../pages/api-keys.ts';
import { toast } from '../pages/toast.ts';
import { slowMotion } from '../support/slow-motion.ts';
import { expect, test } from '../support/test.ts';
import { awake, signInAs, visit } from '../support/visit.ts';
import type { Locator } from '@playwright/test';

const MADE = 'API key created';

const states = (message: Locator) =>
  message.evaluate((element) => element.getAnimations().map((animation) => animation.playState));

test('the focus in a message holds it, and it goes when the focus has left', { tag: '@javascript' }, async ({ page, organization }) => {
  await slowMotion(page);
  await signInAs(page, organization.admin);
  const keys = new ApiKeysPage(page, organization);
  await visit(page, `${keys.path}/new`);
  await keys.create.click();
  const message = toast(page, MADE);
  await expect(message).toBeVisible();
  await awake(page);
  expect(await states(message)).toEqual(['running']);
  await message.getByRole('button', { name: 'Close message' }).focus();
  await expect.poll(() => states(message)).toEqual(['paused']);
  await keys.add.focus();
  await expect.poll(() => states(message)).toEqual(['running']);
  await message.evaluate((element) => element.getAnimations().forEach((animation) => animation.finish()));
  await expect(message).toHaveCount(0);
});
