// What every form has in common: a summary of what is wrong, and each error tied to its field.
import { expect, type Locator, type Page } from '@playwright/test';

export function summaryOf(page: Page): Locator {
  return page.getByRole('main').getByRole('alert');
}

/** The field has an error in these words, which the summary repeats and leads to. */
export async function expectError(page: Page, field: Locator, words: string | RegExp): Promise<void> {
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(words);
  const summary = summaryOf(page);
  await expect(summary).toBeFocused();
  await summary.getByRole('link', { name: words }).click();
  await expect(field).toBeFocused();
}
