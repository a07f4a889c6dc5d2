// The buttons that copy what stands beside them.
import { expect, type Page } from '@playwright/test';

/** Needs the browser's leave: `context.grantPermissions(['clipboard-read', 'clipboard-write'])`. */
export class Clipboard {
  constructor(private readonly page: Page) {}

  /** Presses “Copy ...”, and is what the clipboard holds then. */
  async expectCopied(what: string, text: string | RegExp): Promise<void> {
    await this.page.evaluate('navigator.clipboard.writeText("nothing yet")');
    await this.page.getByRole('button', { name: `Copy ${what}`, exact: true }).click();
    await expect(this.page.getByRole('button', { name: `Copied ${what}`, exact: true })).toBeVisible();
    // The button does not wait for the browser.
    await expect.poll(() => this.page.evaluate('navigator.clipboard.readText()')).toEqual(
      typeof text === 'string' ? text : expect.stringMatching(text),
    );
  }
}
