// What every form has in common: a summary of what is wrong, and each error tied to its field.
import { expect, type Locator, type Page } from '@playwright/test';

export function summaryOf(page: Page): Locator {
  return page.getByRole('main').getByRole('alert');
}

/** The form came back with these words at its top, and its focus is where it will stay: what is typed now goes where it should. */
export async function expectRefused(page: Page, words: string | RegExp): Promise<void> {
  const summary = summaryOf(page);
  await expect(summary).toContainText(words);
  await expect(summary).toBeFocused();
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
