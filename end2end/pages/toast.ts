import { expect, type Locator, type Page } from '@playwright/test';

/** How far from the window's edges the toasts may stand. */
const MARGIN_PX_MAX = 48;

export function toast(page: Page, words: string): Locator {
  return page.getByRole('status').filter({ hasText: words });
}

/** It is said politely, once in the document, at the bottom right. */
export async function expectToast(page: Page, words: string): Promise<void> {
  await expect(toast(page, words)).toBeVisible();
  const document = await page.content();
  expect(document.split(words).length - 1, `“${words}” in the document`).toBe(1);
  const [box, window] = [await toast(page, words).boundingBox(), page.viewportSize()];
  if (!box || !window) throw new Error('The toast has no place in the window.');
  expect(window.width - (box.x + box.width)).toBeLessThanOrEqual(MARGIN_PX_MAX);
  expect(window.height - (box.y + box.height)).toBeLessThanOrEqual(MARGIN_PX_MAX);
}
