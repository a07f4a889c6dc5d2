// Who wants no motion gets none.
import { ApiKeysPage } from '../pages/api-keys.ts';
import { Header } from '../pages/header.ts';
import { toast } from '../pages/toast.ts';
import { WebhookForm } from '../pages/webhook-form.ts';
import { slowMotion } from '../support/slow-motion.ts';
import { expect, test } from '../support/test.ts';
import { signInAs, visit } from '../support/visit.ts';
import type { Page } from '@playwright/test';

/** Shorter than any screen shows. */
const UNSEEN_S = 0.001;

/** Every element that moves, with its pseudo-elements: what is shown of it between two of its states. */
async function moving(page: Page): Promise<string[]> {
  return page.evaluate((unseen) => {
    const found: string[] = [];
    for (const element of document.querySelectorAll('*')) {
      for (const part of ['', '::before', '::after', '::backdrop']) {
        const style = getComputedStyle(element, part);
        const changes = style.transitionDuration.split(', ').some((duration) => parseFloat(duration) > unseen);
        const plays = style.animationName !== 'none' && !style.animationTimingFunction.startsWith('steps(1');
        const name = `${element.tagName.toLowerCase()}.${element.className}${part}`;
        if (changes) found.push(`transition of ${name}`);
        if (plays) found.push(`animation of ${name}`);
        if (style.scrollBehavior === 'smooth') found.push(`scrolling of ${name}`);
      }
    }
    return found;
  }, UNSEEN_S);
}

test('with prefers-reduced-motion nothing moves that moves otherwise', async ({ page, organization, directory }) => {
  await signInAs(page, organization.admin);
  await directory.webhook(organization);
  const [form, keys] = [new WebhookForm(page, organization), new ApiKeysPage(page, organization)];
  await form.open();
  expect(await moving(page)).toEqual(['transition of input.switch', 'transition of input.switch::before']);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving(page)).toEqual([]);
  await form.enable.uncheck();
  expect(await form.enable.evaluate((box) => box.getAnimations({ subtree: true }).length)).toBe(0);

  for (const path of ['/', `/organizations/${organization.id}/webhooks`, `/organizations/${organization.id}/users/${organization.admin.id}?ask=delete`]) {
    await visit(page, path);
    expect(await moving(page), path).toEqual([]);
  }
  await visit(page, '/account');
  await new Header(page).openMenu(organization.admin.username);
  expect(await moving(page), 'an open menu').toEqual([]);
  await visit(page, `${keys.path}/new`);
  await slowMotion(page);
  await keys.create.click();
  await expect(toast(page, 'API key created')).toBeVisible();
  expect(await moving(page), 'a message').toEqual([]);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await moving(page)).toEqual(['animation of div.toast']);
});
