// What a page says when something could not be read: in place of a list, or in place of the page.
import type { Locator, Page } from '@playwright/test';

export class Unreadable {
  readonly list: Locator;
  readonly heading: Locator;
  readonly again: Locator;
  readonly start: Locator;

  constructor(page: Page) {
    const main = page.getByRole('main');
    this.list = main.getByRole('alert');
    this.heading = main.getByRole('heading', { level: 1 });
    this.again = main.getByRole('link', { name: 'Try again', exact: true });
    this.start = main.getByRole('link', { name: 'Go to the start page', exact: true });
  }
}
