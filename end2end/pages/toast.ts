import { expect, type Locator, type Page } from '@playwright/test';

/** How far from the window's edges the toasts may stand. */
const MARGIN_PX_MAX = 48;

export function toast(page: Page, words: string): Locator {
  return page.getByRole('status').filter({ hasText: words });
}

/** It is said politely, once in the document, at the bottom right. */
export async function expectToast(page: Page, words: string): Promise<void> {
  const message = toast(page, words);
  await expect(message).toBeVisible();
  // All at once, since it is gone after some seconds.
  const { html, right, bottom } = await message.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return { html: document.documentElement.outerHTML, right: innerWidth - box.right, bottom: innerHeight - box.bottom };
  });
  expect(html.split(words).length - 1, `“${words}” in the document`).toBe(1);
  expect(right).toBeLessThanOrEqual(MARGIN_PX_MAX);
  expect(bottom).toBeLessThanOrEqual(MARGIN_PX_MAX);
}
